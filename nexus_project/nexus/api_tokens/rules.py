"""What an API token looks like and how long it may live; pure."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from hm_auth.tokens import API_TOKEN_PREFIX

SHOWN = 8  # characters by which its owner recognises it; they tell nothing of the other 228 bits
LIVES = {30: "30 days", 90: "90 days", 365: "1 year"}
DEFAULT_DAYS = 365
#: Of one person, so that the list of them needs no pages.
MOST = 50
#: "Last used" is written no oftener, so that a busy program does not keep the database writing.
USE_NOTED_EVERY = timedelta(hours=1)


def new_secret() -> str:
    """Return a new API token of 256 random bits."""
    return API_TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of ``secret``: its SHA-256.

    A fast hash is enough for 256 random bits, and looking it up by index tells by its time nothing
    of the secret: whoever varies a guess cannot steer its hash.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def expiry(days: int | None, *, now: datetime) -> datetime | None:
    """Return when a token made ``now`` for so many ``days`` expires; None lives until revoked.

    Raises ValueError for a life that is not offered.
    """
    if days is None:
        return None
    if days not in LIVES:
        raise ValueError(f"{days} days are not offered")
    return now + timedelta(days=days)
