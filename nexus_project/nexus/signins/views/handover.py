"""Carrying a sign-in between Nexus and a module: the same three addresses as in every service."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hm_auth.access import load_or_404, to_sign_in
from hm_auth.addresses import safe_next
from nexus.modules.models import NEXUS, Module
from nexus.signins.browser import sign_in_browser
from nexus.signins.exceptions import InvalidRefresh, Refused
from nexus.signins.login_codes import issue_login_code, redeem_code

STATES = "hm_states"
STATE_SECONDS = 600
MOST_STATES = 5  # tabs opened at once
_STATE = re.compile(r"[A-Za-z0-9_-]{1,128}")


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Begin: remember a random state, and ask the module the link came from to vouch."""
    next_path = safe_next(request)
    if request.user.is_authenticated:
        return redirect(next_path)
    others = Module.objects.active().exclude(client_id=NEXUS)
    source = others.filter(client_id=request.GET.get("from", "").replace("\x00", "")).first()
    if source is None:
        return _sign_in_page(next_path)
    state = secrets.token_urlsafe(32)
    _remember(request, state, next_path)
    query = urlencode({"client_id": NEXUS, "state": state})
    return redirect(f"{source.url}/auth/authorize?{query}")


@never_cache
@require_GET
def authorize(request: HttpRequest) -> HttpResponse:
    """Vouch: send the signed-in person to the module's registered address with a one-time code."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    state = request.GET.get("state", "")
    if not _STATE.fullmatch(state):
        raise Http404
    others = Module.objects.active().exclude(client_id=NEXUS)
    target = load_or_404(others, client_id=request.GET.get("client_id", "").replace("\x00", ""))
    try:
        code = issue_login_code(sign_in=request.sign_in, module=target)  # type: ignore[attr-defined]
    except InvalidRefresh:
        return to_sign_in(request)
    except Refused:
        return render(request, "hm/forbidden.html", status=403)
    return redirect(f"{target.url}/auth/callback?{urlencode({'code': code, 'state': state})}")


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Finish: the state must be ours and unused; the code names the sign-in to join."""
    next_path = _recall(request, request.GET.get("state", ""))
    if next_path is None:
        return redirect("home") if request.user.is_authenticated else _sign_in_page("/")
    try:
        nexus = Module.objects.get(client_id=NEXUS)
        row = redeem_code(
            code=request.GET.get("code", ""), module=nexus, ip=request.META["REMOTE_ADDR"]
        )
    except Refused:
        return _sign_in_page(next_path)
    sign_in_browser(request, row)
    return redirect(next_path)


def _sign_in_page(next_path: str) -> HttpResponse:
    return redirect(f"{reverse('hm_auth:login')}?{urlencode({'next': next_path})}")


def _remember(request: HttpRequest, state: str, next_path: str) -> None:
    states = _fresh(request)
    newest = dict(sorted(states.items(), key=lambda item: item[1]["at"])[-(MOST_STATES - 1) :])
    request.session[STATES] = {**newest, state: {"next": next_path, "at": time.time()}}


def _recall(request: HttpRequest, state: str) -> str | None:
    """Return the page remembered with ``state``, once."""
    states = _fresh(request)
    found = next((known for known in states if constant_time_compare(known, state)), None)
    if found is None:
        return None
    next_path: str = states.pop(found)["next"]
    request.session[STATES] = states
    return next_path


def _fresh(request: HttpRequest) -> dict[str, Any]:
    states, now = request.session.get(STATES, {}), time.time()
    return {state: kept for state, kept in states.items() if now - kept["at"] < STATE_SECONDS}
