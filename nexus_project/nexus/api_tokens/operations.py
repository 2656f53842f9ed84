"""Making, exchanging and revoking API tokens; each is on record, and no secret is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.api_tokens import rules
from nexus.api_tokens.models import ApiToken
from nexus.directory.operations import acting
from nexus.modules.models import Module
from nexus.signins import admission, audit, minting, operations, throttle
from nexus.signins import exceptions as no
from nexus.signins.models import EventKind, SignIn
from nexus.signins.rules import plain_address

TOO_MANY = f"An account has at most {rules.MOST} API tokens. Revoke one that is not used any more."
NOT_OFFERED = "Choose one of the offered lives."


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and, this one time, its secret."""

    token: ApiToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a program gets: an access token without a refresh token. ``expires_in`` is seconds."""

    access: str = field(repr=False)
    expires_in: int


@transaction.atomic
def create(*, user: User, name: str, days: int | None, by: User | None) -> NewToken:
    """Make an API token of ``user`` that lives for ``days``; None lives until it is revoked.

    Raises ValidationError.
    """
    now = timezone.now()
    # Two at once are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.api_tokens.live(now=now).count() >= rules.MOST:
        raise ValidationError(TOO_MANY)
    try:
        expires_at = rules.expiry(days, now=now)
    except ValueError as error:
        raise ValidationError({"days": NOT_OFFERED}) from error
    secret = rules.new_secret()
    token = ApiToken(
        user=user, name=name.strip(), start=secret[: rules.SHOWN],
        secret_hash=rules.digest(secret), created_at=now, created_by=by, expires_at=expires_at,
    )  # fmt: skip
    token.full_clean()
    with acting(by):
        token.save(force_insert=True)
    audit.record(EventKind.API_TOKEN_CREATED, user=user, by=by, detail=_about(token))
    return NewToken(token=token, secret=secret)


@transaction.atomic
def revoke(*, token: ApiToken, by: User | None) -> None:
    """End ``token`` for good, and every access token that came of it. Twice is once."""
    _revoke([token], by=by, reason="API token revoked")


@transaction.atomic
def revoke_all(*, user: User, by: User | None, reason: str) -> int:
    """End every API token of ``user``; return how many there were.

    Whoever ends sign-ins as well does so afterwards: an exchange that is under way holds the row of
    its token, so that its sign-in is there by then.
    """
    return _revoke(user.api_tokens.all(), by=by, reason=reason)


def exchange(*, secret: str, module: Module | None, ip: str | None, user_agent: str) -> AccessToken:
    """Trade an API token for an access token of its person, through ``module`` or a script's own.

    Level and company are read afresh. Raises InvalidApiToken (the same whatever was wrong),
    TooManyAttempts, ModuleNotAllowed and DirectClientOff.
    """
    if module is None:
        admission.check_direct()  # before the token: it must not be a way to test one
    rows = ApiToken.objects.with_secret(secret).select_related("user__company")
    token = rows.first()
    reason = _what_is_wrong(token)
    if token is None or reason:
        _refuse(token, reason, module, ip)
        raise no.InvalidApiToken
    admission.admit(user=token.user, module=module, ip=ip)
    with transaction.atomic():
        # Locked against being revoked, which ends the sign-ins that are there by then.
        token = rows.select_for_update(of=("self",)).first()
        if token is None or _what_is_wrong(token):
            raise no.InvalidApiToken
        return _access(token, module, ip, user_agent)


def _what_is_wrong(token: ApiToken | None) -> str:
    if token is None:
        return "unknown API token"
    if token.revoked_at is not None:
        return "API token revoked"
    if token.expires_at is not None and token.expires_at <= timezone.now():
        return "API token expired"
    return "" if may_authenticate(token.user) else "account disabled"


def _refuse(token: ApiToken | None, reason: str, module: Module | None, ip: str | None) -> None:
    """Count and record. Raises TooManyAttempts, and then records no more.

    A right token is never refused for wrong ones: it has 256 random bits, so the waiting protects
    Nexus from work, not the token from guessing.
    """
    if ip:
        throttle.count_attempt([throttle.api_token_counter(ip)])
    audit.record(
        EventKind.SIGN_IN_REFUSED,
        user=token.user if token else None,
        ip=ip,
        client_id=admission.client_id(module),
        detail={"reason": reason, **(_about(token) if token else {})},
    )


def _access(token: ApiToken, module: Module | None, ip: str | None, user_agent: str) -> AccessToken:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= rules.USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    row = _going_on(token, ip, now) or operations.begin(
        user=token.user, module=module, ip=ip, user_agent=user_agent, api_token=token
    )
    access = minting.access_token(
        user=token.user, sid=row.pk, client_id=admission.client_id(module)
    )
    return AccessToken(access=access, expires_in=settings.ACCESS_TOKEN_SECONDS)


def _going_on(token: ApiToken, ip: str | None, now: datetime) -> SignIn | None:
    """Return the sign-in this token has from that address, if it outlives a new access token.

    So a program leaves one sign-in a day and address in the audit trail, not one an exchange.
    """
    needed = now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
    until = min(needed, token.expires_at) if token.expires_at else needed
    row: SignIn | None = (
        SignIn.objects.live(now=now)
        .filter(api_token=token, expires_at__gte=until, ip_address=plain_address(ip))
        .latest_first()
        .first()
    )
    return row


def _revoke(tokens: Iterable[ApiToken], *, by: User | None, reason: str) -> int:
    keys = [token.pk for token in tokens]
    rows = list(
        ApiToken.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk__in=keys, revoked_at__isnull=True)
        .order_by("pk")
    )
    if not rows:
        return 0
    with acting(by):
        ApiToken.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=timezone.now())
    for row in rows:
        detail = {**_about(row), "reason": reason}
        audit.record(EventKind.API_TOKEN_REVOKED, user=row.user, by=by, detail=detail)
    sign_ins = SignIn.objects.filter(api_token__in=rows, ended_at__isnull=True)
    operations.end_sign_ins(sign_ins=sign_ins, reason=reason, by=by)
    return len(rows)


def _about(token: ApiToken) -> dict[str, str]:
    """What the audit trail says of a token: its name and how it begins, never the secret."""
    return {"api_token": str(token)}
