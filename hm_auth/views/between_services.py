"""Carrying a sign-in from one service to another (RFC 6749, section 4.1; see decision 0006).

The service being opened begins (``start``), the one that is signed in vouches (``authorize``), and
the first one redeems a one-time code (``callback``). No address is ever taken from a query.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hm_auth import nexus, registry
from hm_auth.access import to_sign_in
from hm_auth.addresses import safe_next
from hm_auth.authentication import unavailable, works_without_nexus
from hm_auth.backends import end_user, verified
from hm_auth.conf import conf
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.session import sign_in

STATES = "hm_states"
STATE_SECONDS = 600
MOST_STATES = 5  # tabs opened at once
_STATE = re.compile(r"[A-Za-z0-9_-]{1,128}")


@never_cache
@works_without_nexus
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Begin: remember a random state, and ask the service the link came from to vouch."""
    next_path = safe_next(request)
    if request.user.is_authenticated:
        return redirect(next_path)
    try:
        source = registry.find(request.GET.get("from", ""))
    except (NexusRefused, NexusUnavailable):
        source = None  # the sign-in page says what is wrong
    if source is None:
        return _sign_in_page(next_path)
    state = secrets.token_urlsafe(32)
    _remember(request, state, next_path)
    query = urlencode({"client_id": conf.client_id, "state": state})
    return redirect(f"{source.url}/auth/authorize?{query}")


@never_cache
@require_GET
def authorize(request: HttpRequest) -> HttpResponse:
    """Vouch: send the signed-in person back to the registered address with a one-time code."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    client_id, state = request.GET.get("client_id", ""), request.GET.get("state", "")
    if not _STATE.fullmatch(state):
        raise Http404
    try:
        target = registry.find(client_id)
        if target is None:
            raise Http404
        code = nexus.client.code_for(client_id, caller=request.caller)  # type: ignore[attr-defined]
    except NexusUnavailable:
        return unavailable(request)
    except NexusRefused as refusal:
        if refusal.status == 404:
            raise Http404 from refusal
        return render(request, "hm/forbidden.html", status=403)
    return redirect(f"{target.url}/auth/callback?{urlencode({'code': code, 'state': state})}")


@never_cache
@works_without_nexus
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Finish: the state must be ours and unused; the code becomes tokens of the same sign-in."""
    next_path = _recall(request, request.GET.get("state", ""))
    code = request.GET.get("code", "")
    if next_path is None or not code:
        # Somebody else's link, a second click, or a tab left open for long.
        return redirect("/") if request.user.is_authenticated else _sign_in_page("/")
    try:
        tokens = verified(nexus.client.redeem(code, **end_user(request)))
    except (NexusRefused, NexusUnavailable):
        return _sign_in_page(next_path)
    sign_in(request, tokens)
    return redirect(next_path)


def _sign_in_page(next_path: str) -> HttpResponse:
    return redirect(f"{reverse('hm_auth:login')}?{urlencode({'next': next_path})}")


def _remember(request: HttpRequest, state: str, next_path: str) -> None:
    states = _fresh(request.session.get(STATES, {}))
    newest = dict(sorted(states.items(), key=lambda item: item[1]["at"])[-(MOST_STATES - 1) :])
    request.session[STATES] = {**newest, state: {"next": next_path, "at": time.time()}}


def _recall(request: HttpRequest, state: str) -> str | None:
    """Return the page remembered with ``state``, once."""
    states = _fresh(request.session.get(STATES, {}))
    found = next((known for known in states if constant_time_compare(known, state)), None)
    if found is None:
        return None
    next_path: str = states.pop(found)["next"]
    request.session[STATES] = states
    return next_path


def _fresh(states: Mapping[str, Any]) -> dict[str, Any]:
    now = time.time()
    return {state: kept for state, kept in states.items() if now - kept["at"] < STATE_SECONDS}
