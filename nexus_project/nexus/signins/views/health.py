"""Addresses for whoever watches over the process."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from nexus.signins import keys


@never_cache
@require_GET
def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_GET
def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether people can be served: the database answers and a key can sign."""
    parts = {"database": _database()}
    parts["keys"] = _keys() if parts["database"] == "ok" else "unknown"
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _keys() -> str:
    try:
        keys.signing_key()
    except (DatabaseError, ImproperlyConfigured):
        return "none"
    return "ok"
