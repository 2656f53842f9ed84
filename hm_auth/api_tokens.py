"""API tokens of Nexus for what has no session and knows HTTP Basic only: feeds, calendars.

The password is the API token, the user name is anything. The token is exchanged at Nexus, and the
access token kept in this process under the SHA-256 of it, so that a reader that comes every few
minutes costs Nexus one question in ten.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.authentication import unavailable
from hm_auth.backends import end_user
from hm_auth.basic import CHALLENGE, parse_basic
from hm_auth.exceptions import InvalidToken, NexusRefused, NexusUnavailable
from hm_auth.models import User
from hm_auth.tokens import API_TOKEN_PREFIX

View = Callable[..., HttpResponseBase]

RENEWED_BEFORE = 30  # seconds before an access token expires
REFUSED = ""  # kept in place of an access token, so that a forgotten reader asks Nexus seldom
REFUSED_SECONDS = 60
_LOOKS_RIGHT = re.compile(rf"{API_TOKEN_PREFIX}[\w-]{{20,100}}", re.ASCII)


def accepts_api_token(view: View) -> View:
    """Let a view that only reads answer a person's session, or an API token sent by HTTP Basic.

    Strangers get 401 with a challenge in place of the sign-in page, of which a program can make
    nothing; 503 when Nexus is needed and away. ``requires`` stands below it, and ``require_safe``
    above: browsers send Basic along by themselves, so that nothing may be changed by it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        try:
            access = _access_token(request)
            if access == REFUSED:
                return _refusal("Send an API token of Nexus as the password.", 401)
            claims = nexus.verifier.person(access)
        except NexusRefused as refused:
            return _refusal(refused.detail, refused.status, refused.retry_after)
        except (NexusUnavailable, InvalidToken):
            return unavailable(request)
        request.user = User.from_claims(claims)
        request.caller = Caller.person(claims, access)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def _access_token(request: HttpRequest) -> str:
    """Return an access token for the API token of the request, or REFUSED.

    Raises NexusRefused (``module_not_allowed``, ``too_many_attempts``) and NexusUnavailable.
    """
    api_token = _api_token(request)
    if not api_token:
        return REFUSED
    key = f"hm_auth:api-token:{hashlib.sha256(api_token.encode()).hexdigest()}"
    kept: str | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        answer = nexus.client.exchange(api_token, **end_user(request))
    except NexusRefused as refused:
        if refused.code != "invalid_api_token":
            raise
        cache.set(key, REFUSED, REFUSED_SECONDS)
        return REFUSED
    access = str(answer.get("access"))
    cache.set(key, access, max(float(answer.get("expires_in", 0)) - RENEWED_BEFORE, 0))
    return access


def _api_token(request: HttpRequest) -> str:
    try:
        given = parse_basic(request.headers.get("Authorization", ""))
    except ValueError:
        return ""
    password = given[1] if given else ""
    return password if _LOOKS_RIGHT.fullmatch(password) else ""


def _refusal(why: str, status: int, retry_after: int | None = None) -> HttpResponse:
    response = HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
