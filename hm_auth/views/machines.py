"""Addresses that machines call: the back-channel logout of Nexus, and health."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from hm_auth import nexus
from hm_auth.authentication import works_without_nexus
from hm_auth.exceptions import InvalidToken, NexusUnavailable
from hm_auth.models import Session
from hm_auth.rest.documents import json_problem

log = logging.getLogger("hm_auth")


@csrf_exempt
@never_cache
@works_without_nexus
@require_POST
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    """End the sessions Nexus names (OpenID Connect Back-Channel Logout 1.0, section 2.5).

    A replayed token ends what has ended already, so ``jti`` is not remembered.
    """
    try:
        claims = nexus.verifier.logout(request.POST.get("logout_token", ""))
    except InvalidToken as error:
        log.warning("A logout token is not acceptable: %s", error)
        return json_problem(request, 400, "invalid_token", "The logout token is not acceptable.")
    except NexusUnavailable:
        return json_problem(request, 503, "nexus_unavailable", "No key is known to check it with.")
    # With both, the sign-in alone is meant (section 2.4).
    chosen = {"sid": claims.sid} if claims.sid else {"user_id": claims.sub}
    ended, _ = Session.objects.filter(**chosen).delete()
    log.info("Back-channel logout ended %d sessions", ended)
    return HttpResponse(status=200)


@never_cache
@works_without_nexus
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Whether the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@works_without_nexus
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Whether people can be served: the database answers and the keys of Nexus are known."""
    parts = {"database": _database(), "keys": _keys()}
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
        nexus.verifier.store.current()
    except NexusUnavailable:
        return "unknown"
    return "ok"
