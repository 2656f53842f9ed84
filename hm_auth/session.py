"""The session engine of a module: Django's database sessions, plus the sign-in they belong to.

One query loads session, tokens and person. ``SESSION_ENGINE = "hm_auth.session"``.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone

from hm_auth.answers import Caller
from hm_auth.models import Session, User
from hm_auth.permissions import Level
from hm_auth.tokens import Claims

SWEPT_AT_ONCE = 500
_KEY = re.compile(r"[a-z0-9]{8,40}")
_LOAD = "SELECT * FROM hm_auth_session WHERE session_key = %s AND expire_date > %s"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Nexus gave for a sign-in: both tokens, and what the verified access token says."""

    access: str
    refresh: str
    claims: Claims


class SessionStore(db.SessionStore):
    """Django's store; it remembers the row it loaded and leaves the token columns alone."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        """Take what Django makes for a key: a cookie may hold a NUL, at which PostgreSQL stops."""
        return bool(key and _KEY.fullmatch(key))

    def _get_session_from_db(self) -> Session | None:
        # As SQL: each request begins with this, and building it by the ORM costs twice its answer.
        rows = Session.objects.raw(_LOAD, [self.session_key, timezone.now()])
        self.row = next(iter(rows), None)
        if self.row is None:
            self._session_key = None
        return self.row

    def save(self, must_create: bool = False) -> None:
        """Save ``session_data`` and its expiry, nothing else. Raises UpdateError, CreateError."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        saved = Session.objects.filter(session_key=self.session_key).update(
            session_data=self.encode(self._get_session(no_load=False)),  # type: ignore[attr-defined]
            expire_date=self.get_expiry_date(),
        )
        if not saved:
            raise UpdateError

    def sign_in(self) -> Session | None:
        """Return the row if somebody is signed in with it, loading it if that has not happened."""
        if not self.session_key:
            return None
        self._get_session()  # type: ignore[attr-defined]
        return self.row if self.row is not None and self.row.sid is not None else None

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row in one statement; and forget it."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=key).delete()
        if key == self.session_key:
            self.row = None


def sign_in_of(session: SessionBase) -> Session | None:
    """Return the session's row if somebody is signed in with it; the query is the session's own."""
    return session.sign_in() if isinstance(session, SessionStore) else None


def sweep() -> None:
    """Delete expired sessions; those another sign-in is deleting just now are left to it."""
    with transaction.atomic():
        expired = Session.objects.filter(expire_date__lt=timezone.now())
        keys = expired.select_for_update(skip_locked=True).values("session_key")[:SWEPT_AT_ONCE]
        Session.objects.filter(session_key__in=keys).delete()


def remember_row(session: SessionBase, row: Session) -> None:
    """Let the rest of the request see ``row``, which has just been refreshed."""
    if isinstance(session, SessionStore):
        session.row = row


def sign_in(request: HttpRequest, tokens: Tokens) -> None:
    """Begin a signed-in session under a new key (session fixation) and with a new CSRF token.

    What the anonymous session held is dropped if somebody else was signed in with it.
    """
    session = request.session
    before = sign_in_of(session)
    if before is not None and before.user_id != tokens.claims.sub:
        session.flush()
    session.cycle_key()
    sweep()
    Session.objects.filter(session_key=session.session_key).update(**columns(tokens))
    User.objects.remember(tokens.claims)
    rotate_token(request)


def columns(tokens: Tokens) -> dict[str, Any]:
    """Return the token columns of a session row."""
    return {
        "sid": tokens.claims.sid,
        "user_id": tokens.claims.sub,
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "access_expires_at": datetime.fromtimestamp(tokens.claims.exp, tz=UTC),
        "claims": stored(tokens.claims),
        "next_refresh_at": None,
    }


def stored(claims: Claims) -> dict[str, Any]:
    """Turn claims into JSON; ``restored`` is the way back."""
    return {
        name: str(value) if isinstance(value, uuid.UUID) else value
        for name, value in asdict(claims).items()
    }


def restored(row: Session) -> Claims:
    """Return the claims a session row holds; they were verified before they were stored."""
    values: dict[str, Any] = dict(row.claims or {})
    return Claims(
        **{
            **values,
            "sub": uuid.UUID(values["sub"]),
            "sid": uuid.UUID(values["sid"]),
            "permission_level": Level(values["permission_level"]),
            "company": uuid.UUID(values["company"]) if values["company"] else None,
        }
    )


def caller(row: Session) -> Caller:
    """Return the signed-in person as a caller of Nexus."""
    return Caller.person(restored(row), row.access_token)
