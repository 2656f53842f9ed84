"""``Idempotency-Key`` in the REST API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.retries import operations

NAME = "Idempotency-Key"
LONGEST = 100


class KeyUsed(APIException):
    """The idempotency key came with another request before."""

    status_code = 422
    default_code = operations.KeyUsed.code


def _parameter(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        NAME,
        str,
        OpenApiParameter.HEADER,
        required=required,
        description=f"Any text of up to {LONGEST} characters that is new for each request; a retry "
        "sends the same again and is answered the same, without doing anything twice.",
    )


KEY = _parameter(required=True)
KEY_IF_ANY = _parameter(required=False)


def key_of(request: Request, *, required: bool = True) -> str:
    """Return the key of ``request``, "" when there is none and need not be one.

    Raises ValidationError.
    """
    given = request.headers.get(NAME)
    if given is None and not required:
        return ""
    key = (given or "").strip()
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise ValidationError({NAME: [f"Send one of 1 to {LONGEST} characters."]})
    return key


def asker(request: Request) -> str:
    """Return who asks: the keys of one are not the keys of another."""
    client_id = getattr(request.user, "client_id", "")
    return f"module {client_id}" if client_id else str(request.user.pk)


def answer_once(
    request: Request,
    do: Callable[[], Response],
    *,
    required: bool = True,
    content: Any = None,
) -> Response:
    """Answer with ``do``, or as the same request was answered before.

    ``content`` stands for the body where the same can be written in several ways. Raises
    ValidationError, KeyUsed, and what ``do`` raises.
    """
    key = key_of(request, required=required)
    if not key:
        return do()
    what = [request.method, request.path.rstrip("/"), content or request.data]

    def answer() -> operations.Answer:
        made = do()
        return made.status_code, made.data

    try:
        status, body = operations.once(caller=asker(request), key=key, request=what, do=answer)
    except operations.KeyUsed as problem:
        raise KeyUsed(str(problem)) from problem
    return Response(body, status)
