"""What Nexus answered before, kept in Django's cache: for its ETag, and for an outage."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from hm_auth.conf import conf
from hm_auth.tokens import Claims


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf Nexus is asked.

    ``key`` names everything that changes what the caller may see; it keeps cached answers apart.
    """

    token: str
    key: str

    @classmethod
    def person(cls, claims: Claims, token: str) -> Caller:
        return cls(token, f"{claims.sub}:{claims.permission_level}:{claims.company}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Data of Nexus as of ``at`` (seconds since 1970); ``stale`` if it could not be asked now."""

    data: Any
    at: float
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept answer."""

    data: Any
    etag: str
    at: float

    def answer(self, *, stale: bool) -> Answer:
        return Answer(self.data, self.at, stale)


def cache_key(path: str, params: Mapping[str, str], who: str) -> str:
    """Name an answer by question and asker; hashed, since cache keys are short and get logged."""
    question = repr((conf.nexus_url, path, sorted(params.items()), who))
    return "hm_auth:" + hashlib.sha256(question.encode()).hexdigest()


def recall(key: str) -> Kept | None:
    """Return the kept answer of that name."""
    kept = cache.get(key)
    return kept if isinstance(kept, Kept) else None


def keep(key: str, data: Any, etag: str) -> Answer:
    """Keep a fresh answer and return it."""
    now = time.time()
    cache.set(key, Kept(data, etag, now), conf.stale_seconds)
    return Answer(data, now)
