"""Checking a username and a password: slowed down, audited, and the same work for unknown users."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.signins import audit, rules, throttle
from nexus.signins.exceptions import InvalidCredentials
from nexus.signins.models import EventKind


@dataclass(frozen=True, slots=True)
class Proof:
    """A user who gave the right password, and the counters to take this attempt back from."""

    user: User
    counters: tuple[throttle.Counter, ...]


def prove(*, username: str, password: str, ip: str | None, client_id: str) -> Proof:
    """Check ``password``; ``ip`` is the end user's address as far as it is known.

    Raises InvalidCredentials (the same whatever was wrong) and TooManyAttempts.
    """
    username = username.strip()
    user = (
        User.objects.named(username)
        .select_related("company")
        .knowing_address(ip, since=timezone.now() - rules.KNOWN_ADDRESS)
        .first()
    )
    known = ip if user is not None and user.from_known_address else None
    user_id = user.pk if user is not None else None
    counters = [throttle.account_counter(username, user_id=user_id, known_address=known)]
    if ip:
        counters.append(throttle.address_counter(ip))
    wait = throttle.count_attempt(counters)
    reason = _what_is_wrong(user, password)
    if user is None or reason:
        kind = EventKind.THROTTLED if wait else EventKind.SIGN_IN_REFUSED
        detail = {"reason": reason, "wait_seconds": wait}
        # What was typed is not kept: where there is no such user, it may well be a password.
        audit.record(kind, user=user, ip=ip, client_id=client_id, detail=detail)
        raise InvalidCredentials
    return Proof(user=user, counters=tuple(counters))


def _what_is_wrong(user: User | None, password: str) -> str:
    if user is None:
        # As much work as for a real user, so that the time taken does not tell which names exist.
        User().set_password(password)
        return "unknown user"
    if not user.check_password(password):
        return "wrong password"
    return "" if may_authenticate(user) else "account disabled"
