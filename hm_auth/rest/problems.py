"""Which problem document answers which exception, in the REST framework and outside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import set_rollback

from hm_auth.exceptions import HiveMatrixError, NexusUnavailable
from hm_auth.rest.documents import JSON_PREFIXES, json_problem, problem

log = logging.getLogger("hm.api")

GENERAL = "non_field_errors"
# What an error of the domain means over HTTP, by its code.
DOMAIN_STATUS = {"precondition_failed": 412, "not_possible": 409, "conflict": 409}


class Conflict(exceptions.APIException):
    """The row the caller would make or change stands in another row's way."""

    status_code = 409
    default_detail = "This conflicts with a row that exists already."
    default_code = "conflict"


class DomainError(exceptions.APIException):
    """An error the domain named itself; ``status_code`` follows from its code."""

    def __init__(self, error: HiveMatrixError) -> None:
        super().__init__(str(error), error.code)
        self.status_code = DOMAIN_STATUS[error.code]


class Unavailable(exceptions.APIException):
    """Nexus does not answer, and this request cannot do without it."""

    status_code = 503
    default_detail = "Nexus cannot be reached at the moment. Try again shortly."
    default_code = NexusUnavailable.code
    wait = 5


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None (an unforeseen one) becomes a 500 outside."""
    error = _as_api_exception(exc)
    if error is None:
        return None
    set_rollback()
    request = context.get("request")
    return Response(
        _document(error, request), status=error.status_code, headers=_headers(error), exception=True
    )


def _as_api_exception(exc: Exception) -> exceptions.APIException | None:
    match exc:
        case exceptions.APIException():
            known: exceptions.APIException | None = exc
        case Http404():
            known = exceptions.NotFound()
        case PermissionDenied():
            known = exceptions.PermissionDenied(*exc.args)
        case DjangoValidationError():
            known = exceptions.ValidationError(as_serializer_error(exc))
        case IntegrityError():
            known = Conflict()  # full_clean() has looked already: somebody else won a race
        case DataError():
            # Every field checks its range; what slips through is still the caller's value.
            log.warning("A value the database cannot hold", exc_info=exc)
            known = exceptions.ValidationError("A value is out of range.")
        case NexusUnavailable():
            known = Unavailable()
        case HiveMatrixError() if exc.code in DOMAIN_STATUS:
            known = DomainError(exc)
        case _:
            known = None
    return known


def _document(error: exceptions.APIException, request: Any) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        for field, message in _flatten(error.detail):
            errors.setdefault(field, []).append(message)
        return problem(
            error.status_code,
            "invalid",
            "Some values are not valid.",
            errors=errors,
            request=request,
        )
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return problem(error.status_code, code, str(error.detail), request=request)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    return headers


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, message); an item of a list field is named like ``emails.0``."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            name = GENERAL if key == NON_FIELD_ERRORS else str(key)
            yield from _flatten(value, f"{path}.{name}" if path else name)
    elif isinstance(detail, list | tuple):
        for index, value in enumerate(detail):
            nested = isinstance(value, Mapping)
            if nested and value:
                yield from _flatten(value, f"{path}.{index}" if path else str(index))
            elif not nested:
                yield from _flatten(value, path)
    else:
        yield path or GENERAL, str(detail)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request Django itself finds suspicious."""
    if request.path.startswith(JSON_PREFIXES):
        return json_problem(request, 400, "bad_request", "The request cannot be understood.")
    return defaults.bad_request(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a refusal raised outside an API view."""
    if request.path.startswith(JSON_PREFIXES):
        return json_problem(request, 403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that leads nowhere."""
    if request.path.startswith(JSON_PREFIXES):
        return json_problem(request, 404, "not_found", "Not found.")
    return defaults.page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponseBase:
    """Answer our own mistake, without telling what it was."""
    if request.path.startswith(JSON_PREFIXES):
        return json_problem(request, 500, "server_error", "Something went wrong on our side.")
    return defaults.server_error(request)
