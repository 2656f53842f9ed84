"""The only place that signs: access tokens, service tokens and logout tokens."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any

import jwt
from django.conf import settings

from hm_auth.permissions import Level
from hm_auth.tokens import ACCESS_TYPE, ALGORITHM, AUDIENCE, LOGOUT_EVENT, LOGOUT_TYPE
from nexus.signins import keys

if TYPE_CHECKING:
    from nexus.accounts.models import User
    from nexus.modules.models import Module

DIRECT = "direct"  # the client id of a person's own script
LOGOUT_SECONDS = 120  # OpenID Connect Back-Channel Logout 1.0, section 2.4


def access_token(*, user: User, sid: uuid.UUID, client_id: str) -> str:
    """Sign an access token for a person (RFC 9068, section 2.2); times are seconds, UTC."""
    claims: dict[str, Any] = {
        "sub": str(user.pk),
        "sid": str(sid),
        "client_id": client_id,
        "username": user.username,
        "name": user.full_name or user.username,
        "permission_level": user.permission_level,
    }
    if user.permission_level == Level.CLIENT:
        claims["company"] = str(user.company_id)
    return _sign(claims, audience=AUDIENCE, seconds=settings.ACCESS_TOKEN_SECONDS, typ=ACCESS_TYPE)


def service_token(*, module: Module) -> str:
    """Sign an access token for a module acting for itself; ``sub`` is its client id."""
    claims = {
        "sub": module.client_id,
        "client_id": module.client_id,
        "scope": " ".join(sorted(module.scopes)),
    }
    return _sign(claims, audience=AUDIENCE, seconds=settings.ACCESS_TOKEN_SECONDS, typ=ACCESS_TYPE)


def logout_token(*, client_id: str, sub: uuid.UUID, sid: uuid.UUID | None) -> str:
    """Sign a logout token for one module; without ``sid`` it ends everything of ``sub`` there."""
    claims: dict[str, Any] = {"sub": str(sub), "events": {LOGOUT_EVENT: {}}}
    if sid is not None:
        claims["sid"] = str(sid)
    return _sign(claims, audience=client_id, seconds=LOGOUT_SECONDS, typ=LOGOUT_TYPE)


def _sign(claims: dict[str, Any], *, audience: str, seconds: int, typ: str) -> str:
    now = int(time.time())
    key = keys.signing_key()
    payload = {
        "iss": settings.PUBLIC_URL,
        "aud": audience,
        "iat": now,
        "exp": now + seconds,
        "jti": secrets.token_urlsafe(16),
        **claims,
    }
    return jwt.encode(
        payload, key.private, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": typ}
    )
