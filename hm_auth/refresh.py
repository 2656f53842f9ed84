"""Keeping a sign-in alive: the one place where a module refreshes tokens.

However many requests arrive at once, the row lock lets one of them ask Nexus. While the old access
token is still good the others do not even wait.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from hm_auth import nexus
from hm_auth.conf import conf
from hm_auth.exceptions import InvalidToken, NexusRefused, NexusUnavailable
from hm_auth.models import Session, User
from hm_auth.session import Tokens, columns, remember_row, sign_in_of

log = logging.getLogger("hm_auth")

# Refusals that speak of the person's sign-in. Others (a wrong client secret, too many requests) are
# the module's trouble: they sign nobody out.
ENDED = frozenset({"invalid_refresh", "refresh_reused", "module_not_allowed", "invalid_token"})


class SignInEnded(Exception):
    """Nexus does not continue this sign-in."""


def ensure_fresh(request: HttpRequest) -> Session | None:
    """Return the row of the request's sign-in with a usable token, or None if there is none.

    The session is flushed if Nexus refuses to go on. Raises NexusUnavailable if Nexus has been
    silent for longer than the grace after the token expired; the session stays then.
    """
    session = request.session
    row = sign_in_of(session)
    if row is None or row.access_expires_at is None:
        return None
    now = timezone.now()
    if row.access_expires_at - timedelta(seconds=conf.refresh_before) <= now:
        try:
            row = _refreshed(row, row.access_expires_at, now)
        except SignInEnded:
            session.flush()
            return None
        remember_row(session, row)
        if row.access_expires_at and row.access_expires_at + timedelta(seconds=conf.grace) <= now:
            raise NexusUnavailable("the grace after the last access token is over")
    return row


def _refreshed(row: Session, expires_at: datetime, now: datetime) -> Session:
    """Return the row after a refresh by us or by somebody else. Raises SignInEnded."""
    if row.next_refresh_at and now < row.next_refresh_at:
        return row
    with transaction.atomic():
        locked = (
            Session.objects.select_for_update(skip_locked=now < expires_at)
            .filter(session_key=row.session_key)
            .first()
        )
        if locked is None:
            if now < expires_at:
                return row  # another request is at it, or signed out just now
            raise SignInEnded
        tried = locked.next_refresh_at != row.next_refresh_at
        if locked.refresh_token != row.refresh_token or tried:
            return locked  # another request did it while we waited for the lock
        goes_on = _refresh(locked)
        if not goes_on:
            locked.delete()  # before the lock is released, so that nobody waiting asks again
    if not goes_on:
        raise SignInEnded
    return locked


def _refresh(row: Session) -> bool:
    """Ask Nexus, and write down what came of it; False if the sign-in is over."""
    try:
        answer = nexus.client.refresh(row.refresh_token)
        # Kept before anything else can fail: the old one is used up.
        row.refresh_token = str(answer["refresh"])
        claims = nexus.verifier.person(str(answer["access"]))
    except NexusRefused as refusal:
        if refusal.code in ENDED:
            return False
        log.error(  # noqa: TRY400 - the trace would say no more
            "Nexus refused a refresh: %s %s", refusal.status, refusal.code
        )
        _postpone(row)
        _forgo_grace(row)
    except (NexusUnavailable, InvalidToken, KeyError) as error:
        log.warning("Cannot refresh a sign-in: %r", error)
        _postpone(row)
    else:
        if (claims.sub, claims.sid) != (row.user_id, row.sid):
            log.error("Nexus answered the refresh of %s with the sign-in %s", row.sid, claims.sid)
            return False
        _write(row, Tokens(str(answer["access"]), row.refresh_token, claims))
    return True


def _write(row: Session, tokens: Tokens) -> None:
    values = columns(tokens)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    User.objects.remember(tokens.claims)


def _forgo_grace(row: Session) -> None:
    """Let an expired token count as long expired: the grace is for a Nexus that does not answer.

    A module that was switched off, or whose secret changed, would otherwise keep people signed in
    that Nexus no longer vouches for.
    """
    if row.access_expires_at is not None and row.access_expires_at <= timezone.now():
        row.access_expires_at -= timedelta(seconds=conf.grace)
        row.save(update_fields=["access_expires_at"])


def _postpone(row: Session) -> None:
    """Leave Nexus alone for a while, so that pages stay fast in an outage."""
    row.next_refresh_at = timezone.now() + timedelta(seconds=conf.retry_after)
    row.save(update_fields=["refresh_token", "next_refresh_at"])
