"""For the tests of modules: people who are signed in, and a Nexus that needs no network."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import time
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from hm_auth.answers import Answer, Caller
from hm_auth.conf import conf
from hm_auth.directory import COMPANIES
from hm_auth.exceptions import InvalidToken, NexusRefused, NexusUnavailable
from hm_auth.models import Session, User
from hm_auth.permissions import Level
from hm_auth.registry import MODULES
from hm_auth.session import SessionStore, Tokens, columns
from hm_auth.tokens import Claims


@dataclass(frozen=True)
class Person:
    """Somebody, and their browser, whose sign-in is good for an hour: Nexus is not asked."""

    user: User
    browser: Client


def signed_in(
    level: Level, *, company: uuid.UUID | None = None, name: str = "", access: str = "x"
) -> Person:
    """Return a person of ``level`` with a session in the database; a client has a ``company``.

    ``access`` is their access token, which a Nexus that is asked has to know.
    """
    now = timezone.now()
    claims = Claims(
        sub=uuid.uuid4(),
        sid=uuid.uuid4(),
        jti=uuid.uuid4().hex,
        client_id=conf.client_id,
        iat=int(now.timestamp()),
        exp=int((now + timedelta(hours=1)).timestamp()),
        username=level.value,
        name=name or f"Zoë {level.value.capitalize()}",
        permission_level=level,
        company=company,
    )
    User.objects.remember(claims)
    store = SessionStore()
    store.create()
    tokens = Tokens(access=access, refresh="x", claims=claims)
    Session.objects.filter(session_key=store.session_key).update(**columns(tokens))
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(store.session_key)
    return Person(User.from_claims(claims), browser)


@dataclass
class NexusDouble:
    """Stands in for ``hm_auth.nexus.client``: knows ``companies`` (id to name), or is ``down``.

    ``api_tokens`` says which API token gives which word, which a VerifierDouble knows.

    ``monkeypatch.setattr("hm_auth.nexus.client", NexusDouble(...))`` before a test; no other
    question is answered, so that a test that asks one fails.
    """

    companies: Mapping[uuid.UUID, str] = field(default_factory=dict)
    down: bool = False
    api_tokens: Mapping[str, str] = field(default_factory=dict)

    def exchange(self, api_token: str, *, ip: str | None, user_agent: str) -> dict[str, Any]:  # noqa: ARG002
        """Answer as Nexus does. Raises NexusUnavailable, NexusRefused."""
        if self.down:
            raise NexusUnavailable("Nexus is down in this test.")
        if api_token not in self.api_tokens:
            raise NexusRefused(401, "invalid_api_token")
        return {"access": self.api_tokens[api_token], "expires_in": 600}

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        caller: Caller | None,
        max_age: float = 0,  # noqa: ARG002 - the client's signature
        optional: bool = False,  # noqa: ARG002
    ) -> Answer:
        """Answer as Nexus does: a client sees their own company only. Raises NexusUnavailable."""
        if self.down:
            raise NexusUnavailable("Nexus is down in this test.")
        if path not in (COMPANIES, MODULES):
            raise AssertionError(f"This test's Nexus knows no {path}.")
        rows = self._rows(params or {}, caller) if path == COMPANIES else []
        return Answer({"next": None, "previous": None, "results": rows}, time())

    def _rows(self, params: Mapping[str, str], caller: Caller | None) -> list[dict[str, Any]]:
        own = caller.key.rpartition(":")[2] if caller else "None"
        wanted = params["id__in"].split(",") if "id__in" in params else None
        return [
            {"id": str(key), "name": name}
            for key, name in self.companies.items()
            if (wanted is None or str(key) in wanted) and own in ("None", str(key))
        ]


@dataclass
class VerifierDouble:
    """Stands in for ``hm_auth.nexus.verifier``: whose access token is which word."""

    people: Mapping[str, Person] = field(default_factory=dict)

    def access(self, token: str) -> Claims:
        """Return the claims of the person called ``token``. Raises InvalidToken."""
        person = self.people.get(token)
        if person is None or person.user.claims is None:
            raise InvalidToken("Nobody's token.")
        return person.user.claims

    person = access
