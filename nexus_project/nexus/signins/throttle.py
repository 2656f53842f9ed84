"""Slowing down guesses: counters per account and per address, in one statement each.

An attempt is counted before the password is looked at and taken back when it was right, so that a
hundred guesses at once are a hundred, not one.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from nexus.signins import rules
from nexus.signins.exceptions import TooManyAttempts
from nexus.signins.models import Throttle


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted, and how many failures of it are free."""

    key: str
    free: int


def account_counter(
    username: str, *, user_id: uuid.UUID | None, known_address: str | None = None
) -> Counter:
    """Count guesses at one account: by its id, or by what was typed when there is none.

    The database and Python disagree about the case of some letters (U+0130), so a counter of what
    was typed would let one account be guessed under many spellings. A known address has a counter
    of its own, so that other people's guesses do not lock it out.
    """
    suffix = f"@{rules.address_group(known_address)}" if known_address else ""
    name = user_id.hex if user_id else rules.spelling_digest(username)
    return Counter(key=f"account:{name}{suffix}", free=rules.FREE_PER_ACCOUNT)


def address_counter(ip: str) -> Counter:
    """Count guesses from one address (an IPv6 /64), of whatever account."""
    return Counter(key=f"address:{rules.address_group(ip)}", free=rules.FREE_PER_ADDRESS)


def client_counter(client_id: str, ip: str) -> Counter:
    """Count wrong module credentials, so that one misconfigured module slows only itself."""
    name = hashlib.sha256(client_id.encode()).hexdigest()[:16]
    return Counter(key=f"client:{name}@{rules.address_group(ip)}", free=rules.FREE_PER_ACCOUNT)


def client_address_counter(ip: str) -> Counter:
    """Count wrong module credentials from one address, of whatever module they claim to be."""
    return Counter(key=f"clients@{rules.address_group(ip)}", free=rules.FREE_PER_ADDRESS)


def api_token_counter(ip: str) -> Counter:
    """Count API tokens from one address that are not good (any more)."""
    return Counter(key=f"api-tokens@{rules.address_group(ip)}", free=rules.FREE_PER_ADDRESS)


def count_attempt(counters: Sequence[Counter]) -> int:
    """Count one attempt; return the seconds to wait after it should it fail.

    Raises TooManyAttempts while one of the counters still waits; that one is not counted then.
    """
    now = timezone.now()
    given: dict[str, Any] = {
        "keys": [counter.key for counter in counters],
        "free": [counter.free for counter in counters],
        "waits": rules.wait_table(free=0),
        "now": now,
        "stale": now - rules.DECAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        counted: dict[str, int] = dict(cursor.fetchall())
    waiting = [counter.key for counter in counters if counter.key not in counted]
    if waiting:
        raise TooManyAttempts(_seconds_left(waiting))
    return max(rules.wait_seconds(counted[c.key], free=c.free) for c in counters)


def take_back(counters: Sequence[Counter]) -> None:
    """The attempt was right: forget the account's failures, and this one of the address."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [[counter.key for counter in counters]])


def forget_account(user_id: uuid.UUID) -> None:
    """Forget the failures of an account, from wherever: its owner has proved to be its owner."""
    key = f"account:{user_id.hex}"
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [key, f"{key}@%"])


def _seconds_left(keys: Sequence[str]) -> int:
    ends = Throttle.objects.filter(key__in=keys).values_list("blocked_until", flat=True)
    left = [(end - timezone.now()).total_seconds() for end in ends if end is not None]
    return max(1, math.ceil(max(left, default=1)))


# No wait is NULL and not "until now": of two people who sign in at the same instant, the one whose
# clock was read first would find the other's "now" in the future, and be told to wait.
# The wait is looked up in the table that rules.py made, so the rule lives there alone. Rows are
# taken in the order of their keys, so that two statements never wait for each other.
_COUNT = """
WITH given AS (SELECT * FROM unnest(%(keys)s, %(free)s) AS row (key, free))
INSERT INTO signins_throttle AS counter (key, failures, last_failed_at, blocked_until)
SELECT key, 1, %(now)s, NULL FROM given ORDER BY key
ON CONFLICT (key) DO UPDATE SET (failures, last_failed_at, blocked_until) = (
    SELECT next.failures, %(now)s, %(now)s + interval '1 second' * NULLIF(
        (%(waits)s)[LEAST(next.failures - given.free, cardinality(%(waits)s))], 0)
    FROM given, LATERAL (
        SELECT CASE WHEN counter.last_failed_at < %(stale)s THEN 0 ELSE counter.failures END + 1
    ) AS next (failures)
    WHERE given.key = counter.key
)
WHERE counter.blocked_until IS NULL OR counter.blocked_until <= %(now)s
RETURNING key, failures
"""

_FORGET = """
DELETE FROM signins_throttle WHERE key IN (
    SELECT key FROM signins_throttle WHERE key = %s OR key LIKE %s ORDER BY key FOR UPDATE
)
"""

_TAKE_BACK = """
UPDATE signins_throttle
SET failures = CASE WHEN key LIKE 'address:%%' THEN GREATEST(failures - 1, 0) ELSE 0 END,
    blocked_until = NULL
WHERE key IN (SELECT key FROM signins_throttle WHERE key = ANY(%s) ORDER BY key FOR UPDATE)
"""
