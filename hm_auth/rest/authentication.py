"""Bearer authentication for the API of a module (RFC 6750); the token is checked on the spot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.exceptions import InvalidToken
from hm_auth.models import User
from hm_auth.tokens import Claims, ServiceClaims

REMEMBERED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A module acting for itself: no person, no level, only the scopes it was given."""

    client_id: str
    scopes: frozenset[str]

    is_authenticated = True
    is_anonymous = False
    is_active = True
    permission_level = None
    company_id = None
    pk = None

    @property
    def username(self) -> str:
        return self.client_id


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``.

    ``request.user`` is a ``User`` built from the claims, or a ``ServiceUser``; ``request.auth`` is
    the ``Caller`` that acts for the same principal at Nexus. A token that is no good answers 401;
    NexusUnavailable (no key is known to check it with) becomes 503 in the exception handler.
    """

    def authenticate(self, request: Request) -> tuple[User | ServiceUser, Caller] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claims = nexus.verifier.access(token.strip())
        except InvalidToken as error:
            raise AuthenticationFailed("The token is not acceptable.", "invalid_token") from error
        user, caller = _principal(claims, token.strip())
        request._request.caller = caller  # type: ignore[attr-defined]  # noqa: SLF001 - as the session does
        return user, caller

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401 (RFC 6750, section 3)."""
        given = request.headers.get("Authorization", "")
        return 'Bearer error="invalid_token"' if given else "Bearer"


def _principal(claims: Claims | ServiceClaims, token: str) -> tuple[User | ServiceUser, Caller]:
    if isinstance(claims, ServiceClaims):
        caller = Caller(token, f"service:{claims.client_id}:{' '.join(sorted(claims.scopes))}")
        return ServiceUser(claims.client_id, claims.scopes), caller
    _remember(claims)
    return User.from_claims(claims), Caller.person(claims, token)


def _remember(claims: Claims) -> None:
    """Write a person down when they are new or changed, not once a request."""
    known: tuple[Any, ...] = (claims.sub, claims.username, claims.name, claims.permission_level)
    digest = hashlib.sha256(repr(known).encode()).hexdigest()
    if cache.add(f"hm_auth:seen:{digest}", True, REMEMBERED_SECONDS):
        User.objects.remember(claims)
