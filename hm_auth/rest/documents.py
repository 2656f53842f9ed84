"""Every error of an API is a problem document (RFC 9457) with a stable ``code``.

``type`` is ``about:blank`` (section 4.2.1), so ``title`` is the HTTP phrase; programs read
``code``. Nothing of the REST framework is imported here: middleware needs this before the
framework can be set up.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse

MEDIA_TYPE = "application/problem+json"
JSON_PREFIXES = ("/api/", "/.well-known/")


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: Mapping[str, list[str]] | None = None,
    request: Any = None,
) -> dict[str, Any]:
    """Return the members of a problem document; ``errors`` maps a field to its messages."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        document["errors"] = dict(errors)
    if request_id := getattr(request, "request_id", None):
        document["request_id"] = str(request_id)
    return document


def json_problem(request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem for callers outside the REST framework, such as the handlers below."""
    return JsonResponse(
        problem(status, code, detail, request=request), status=status, content_type=MEDIA_TYPE
    )
