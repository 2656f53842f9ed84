"""Checking a username and password by asking Nexus."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from hm_auth import nexus
from hm_auth.exceptions import InvalidToken, NexusRefused, NexusUnavailable
from hm_auth.models import User
from hm_auth.session import Tokens


class NexusBackend(BaseBackend):
    """The only backend of a module; the tokens hang on the user it returns, for ``sign_in``."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_credentials: Any,
    ) -> User | None:
        """Return the user, or None if name or password is wrong.

        Raises NexusRefused for any other refusal (too many attempts, not for this module) and
        NexusUnavailable.
        """
        if request is None or not username or not password:
            return None
        try:
            answer = nexus.client.sign_in(username, password, **end_user(request))
        except NexusRefused as refusal:
            if refusal.code == "invalid_credentials":
                return None
            raise
        tokens = verified(answer)
        user = User.from_claims(tokens.claims)
        user.tokens = tokens
        return user

    def get_user(self, user_id: Any) -> User | None:
        """Return the module's copy of a user; sessions do not need it."""
        return User.objects.filter(pk=user_id).first()


def verified(answer: dict[str, Any]) -> Tokens:
    """Check what Nexus gave, as strictly as a stranger's. Raises NexusUnavailable."""
    try:
        access, refresh = str(answer["access"]), str(answer["refresh"])
        return Tokens(access, refresh, nexus.verifier.person(access))
    except (KeyError, InvalidToken) as error:
        raise NexusUnavailable(f"Nexus gave tokens this module cannot use: {error!r}") from error


def end_user(request: HttpRequest) -> dict[str, str]:
    """Return where the person sits, so that Nexus throttles them and not this module."""
    return {
        "ip": request.META.get("REMOTE_ADDR", ""),
        "user_agent": request.headers.get("User-Agent", ""),
    }
