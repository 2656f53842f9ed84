"""A browser signed in to Nexus: its session names a SignIn, which is looked up at every request."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone

from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.signins.models import SignIn
from nexus.signins.operations import end_sign_ins

SID = "sid"
TOUCH_EVERY = timedelta(minutes=1)


class Stranger(AnonymousUser):
    """Nobody in particular: what the pages ask of a user, answered with nothing."""

    permission_level = None
    company = None
    company_id = None


def sign_in_browser(request: HttpRequest, row: SignIn) -> None:
    """Let this browser be signed in by ``row``, under a new session key (session fixation).

    Of somebody else who was signed in here nothing is left: neither the session nor the sign-in.
    """
    sid = _sid(request)
    former = SignIn.objects.filter(pk=sid).first() if sid else None
    if former is not None and former.user_id != row.user_id:
        end_sign_ins(sign_ins=[former], reason="somebody else signed in", by=row.user)
        request.session.flush()
    request.session.cycle_key()
    request.session[SID] = str(row.pk)
    request.session.set_expiry(row.expires_at)
    rotate_token(request)
    request.sign_in = row  # type: ignore[attr-defined]
    request.user = row.user


def sign_out_browser(request: HttpRequest) -> None:
    """Forget who this browser was; the sign-in itself is ended elsewhere."""
    request.session.flush()
    request.sign_in = None  # type: ignore[attr-defined]
    request.user = Stranger()


def recognise(request: HttpRequest) -> SignIn | None:
    """Return the living sign-in of this browser with its user, in one query; or None.

    Ended, expired, older than the user's stamp, or of somebody who may not sign in any more: each
    means nobody.
    """
    sid = _sid(request)
    if sid is None:
        return None
    now = timezone.now()
    row: SignIn | None = SignIn.objects.live(now=now).with_user().filter(pk=sid).first()
    if row is None or not may_authenticate(row.user):
        return None
    if now - row.last_used_at >= TOUCH_EVERY:
        late = Q(last_used_at__lte=now - TOUCH_EVERY)  # of two requests at once, one writes
        SignIn.objects.filter(late, pk=sid).update(last_used_at=now)
    return row


def _sid(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.session.get(SID, ""))
    except ValueError:
        return None


def person_of(row: SignIn | None) -> User | Stranger:
    return row.user if row is not None else Stranger()
