"""Everything that changes an account; each ends the sign-ins it must and is on record."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hm_auth.permissions import Level
from nexus.accounts.models import User
from nexus.accounts.rules import is_active_admin, loses
from nexus.api_tokens.operations import revoke_all
from nexus.directory.models import Company
from nexus.directory.operations import acting
from nexus.signins import audit
from nexus.signins.models import EventKind, SignIn
from nexus.signins.operations import end_sign_ins

LAST_ADMIN = "This is the last active admin. Make somebody else an admin first."
ONLY_CLIENTS = "Only clients belong to a company."
DETAILS = ("username", "email", "full_name")
CHANGED_MEANWHILE = (
    "Somebody else has changed this in the meantime. "
    "Copy what you typed, load the page again, and repeat your change."
)


class ChangedMeanwhile(ValidationError):
    """The row is not the one any more by which the caller decided."""

    def __init__(self) -> None:
        super().__init__(CHANGED_MEANWHILE)


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str,
    full_name: str,
    permission_level: str,
    password: str | None,
    by: User | None,
    company: Company | None = None,
) -> User:
    """Create an account; ``password=None`` is for somebody who will be invited.

    Raises ValidationError, also for a password that is too easy.
    """
    user = User(
        username=username,
        email=User.objects.normalize_email(email),
        full_name=full_name,
        permission_level=permission_level,
        company=company,
    )
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    with acting(by):
        user.save(force_insert=True)
    detail = {"level": permission_level}
    audit.record(EventKind.USER_CREATED, user=user, by=by, detail=detail)
    return user


@transaction.atomic
def update_user(
    *, user: User, by: User | None, expected_updated_at: datetime | None = None, **fields: Any
) -> User:
    """Change any of username, email, full_name, permission_level, company and is_active.

    Each change has the consequences of its own operation below. ``user`` is brought up to date as
    well. ``expected_updated_at`` is what the caller decided by: raises ChangedMeanwhile when the
    row is a later one, and ValidationError.
    """
    level, active = fields.pop("permission_level", None), fields.pop("is_active", None)
    stored = User.objects.get(pk=user.pk)
    powers = (level or stored.permission_level, stored.is_active if active is None else active)
    with_admins = powers != (stored.permission_level, stored.is_active)
    locked = _locked(user, with_admins=with_admins)
    _check_fresh(locked, expected_updated_at)
    if not with_admins and powers != (locked.permission_level, locked.is_active):
        raise ChangedMeanwhile  # between the two reads; the admins are not locked
    if powers[0] != Level.CLIENT and fields.get("company") is not None:
        raise ValidationError({"company": ONLY_CLIENTS})
    company = fields.pop("company", locked.company)
    if unknown := set(fields) - set(DETAILS):
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be changed here")
    for name, value in fields.items():
        setattr(locked, name, value)
    if fields:
        _save(locked, by, checking=set(fields))
    if powers[1] != locked.is_active:  # first: it is the weightier reason to end a sign-in
        (_enable if powers[1] else _disable)(locked, by)
    _set_level(locked, powers[0], company, by)
    return _bring_up_to_date(user)


@transaction.atomic
def set_level(*, user: User, level: str, by: User | None, company: Company | None = None) -> User:
    """Give ``user`` another permission level; ``company`` for the level client, and only then.

    A level that may less than the old one ends everything at once (decision 0007), and so does
    another company: a module may have pages of the old one open. Otherwise the next refresh brings
    the new level. Raises ValidationError.
    """
    _set_level(_locked(user, with_admins=True), level, company, by)
    return _bring_up_to_date(user)


def set_company(*, user: User, company: Company, by: User | None) -> User:
    """Move a client to another company. Raises ValidationError for anybody else."""
    if user.permission_level != Level.CLIENT:
        raise ValidationError({"company": ONLY_CLIENTS})
    return set_level(user=user, level=Level.CLIENT, company=company, by=by)


@transaction.atomic
def disable(*, user: User, by: User | None) -> User:
    """Keep ``user`` from signing in, and sign them out everywhere, API tokens included.

    Raises ValidationError.
    """
    _disable(_locked(user, with_admins=True), by)
    return _bring_up_to_date(user)


@transaction.atomic
def enable(*, user: User, by: User | None) -> User:
    """Let ``user`` sign in again."""
    _enable(_locked(user), by)
    return _bring_up_to_date(user)


@transaction.atomic
def change_password(*, user: User, password: str, by: User, keep: SignIn | None = None) -> User:
    """Set the password ``user`` chose; ends all their sign-ins but ``keep``, where it was given.

    The caller has checked the old password. Raises ValidationError.
    """
    return _replace_password(user, password, EventKind.PASSWORD_CHANGED, by, keep)


@transaction.atomic
def set_password(*, user: User, password: str, by: User) -> User:
    """Set a password as an admin, or by the link of a mail; ends all sign-ins.

    Raises ValidationError.
    """
    own = by.pk == user.pk
    kind = EventKind.PASSWORD_CHANGED if own else EventKind.PASSWORD_SET
    return _replace_password(user, password, kind, by, None)


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User | None) -> int:
    """End every sign-in of ``user``, here and in every module, and every API token for good.

    Returns how many sign-ins there were.
    """
    locked = _locked(user)
    locked.not_before = timezone.now()
    _save(locked, by)
    audit.record(EventKind.SIGNED_OUT_EVERYWHERE, user=locked, by=by)
    revoke_all(user=locked, by=by, reason="signed out everywhere")
    return _end_all(locked, reason="signed out everywhere", by=by)


def _set_level(locked: User, level: str, company: Company | None, by: User | None) -> None:
    before: dict[str, Any] = {
        "level": locked.permission_level,
        "company": _key(locked.company_id),
    }
    wanted = company if level == Level.CLIENT else None
    after = {"level": level, "company": _key(wanted.pk if wanted else None)}
    if before == after:
        return
    if level != Level.ADMIN:
        _keep_an_admin(locked)
    locked.permission_level, locked.company = level, wanted
    _save(locked, by, checking={"permission_level", "company"})
    changed = "level" if before["level"] != after["level"] else "company"
    kind = EventKind.LEVEL_CHANGED if changed == "level" else EventKind.COMPANY_CHANGED
    audit.record(kind, user=locked, by=by, detail={"from": before[changed], "to": after[changed]})
    if before["company"] and before["company"] != after["company"]:
        _end_all(locked, reason="company changed", by=by)
    elif loses(before["level"], level):
        _end_all(locked, reason="permission level lowered", by=by)


def _disable(locked: User, by: User | None) -> None:
    if not locked.is_active:
        return
    _keep_an_admin(locked)
    locked.is_active = False
    locked.not_before = timezone.now()
    _save(locked, by)
    audit.record(EventKind.USER_DISABLED, user=locked, by=by)
    revoke_all(user=locked, by=by, reason="account disabled")
    _end_all(locked, reason="account disabled", by=by)


def _enable(locked: User, by: User | None) -> None:
    if locked.is_active:
        return
    locked.is_active = True
    _save(locked, by)
    audit.record(EventKind.USER_ENABLED, user=locked, by=by)


def _replace_password(
    user: User, password: str, kind: EventKind, by: User, keep: SignIn | None
) -> User:
    validate_password(password, user)
    locked = _locked(user)
    now = timezone.now()
    locked.set_password(password)
    locked.not_before = now
    _save(locked, by)
    audit.record(kind, user=locked, by=by)
    if keep is not None:
        # Whoever keeps it has just given the old password.
        SignIn.objects.filter(pk=keep.pk, user=locked).update(authenticated_at=now)
    _end_all(locked, reason="password changed", by=by, keep=keep)
    return _bring_up_to_date(user)


def _end_all(user: User, *, reason: str, by: User | None, keep: SignIn | None = None) -> int:
    rows = SignIn.objects.filter(user=user, ended_at__isnull=True)
    if keep is not None:
        rows = rows.exclude(pk=keep.pk)
    return end_sign_ins(sign_ins=rows, reason=reason, by=by)


def _check_fresh(locked: User, expected: datetime | None) -> None:
    if expected is not None and locked.updated_at != expected:
        raise ChangedMeanwhile


def _keep_an_admin(user: User) -> None:
    """Refuse to lose the last active admin; they are all locked (``with_admins``)."""
    if is_active_admin(user) and not User.objects.other_admins(user).exists():
        raise ValidationError(LAST_ADMIN)


def _locked(user: User, *, with_admins: bool = False) -> User:
    """Read ``user`` afresh and keep others from changing it.

    ``with_admins`` locks every active admin as well, all in one order: of two admins who disable
    each other at once, the second finds no other one left. A caller must not hold the row already:
    two who hold one admin each would wait for each other. New rows that name the user may still be
    written (``no_key``): whoever holds a token or a sign-in and writes one waits for nobody.
    """
    wanted = Q(pk=user.pk)
    if with_admins:
        wanted |= Q(is_active=True, permission_level=Level.ADMIN)
    rows = User.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    found: User = next(row for row in rows.filter(wanted).order_by("pk") if row.pk == user.pk)
    return found


def _save(user: User, by: User | None, *, checking: Set[str] = frozenset()) -> None:
    """Save ``user`` after ``checking`` these fields.

    The others stay as they are: a username that is not allowed any more must not keep an account
    from being disabled.
    """
    every = {field.name for field in User._meta.concrete_fields}  # noqa: SLF001 - public API
    user.full_clean(exclude=every - checking)
    with acting(by):
        user.save()


def _bring_up_to_date(user: User) -> User:
    user.refresh_from_db()
    return user


def _key(value: object) -> str | None:
    return str(value) if value else None
