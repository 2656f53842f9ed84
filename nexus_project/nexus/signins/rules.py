"""The arithmetic of sign-ins, pure: refresh tokens, which key signs, how long guessing waits."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

#: A retry of the refresh that just succeeded gets the same answer for this long: the answer may
#: have been lost on its way (RFC 9700, section 4.14.2, leaves the grace to the server).
RETRY_SECONDS = 10

#: Guessing an account: so many failures are free, then 1, 2, 4 … seconds, at most 15 minutes.
FREE_PER_ACCOUNT = 4
FREE_PER_ADDRESS = 29
LONGEST_WAIT = 900
#: A counter that was left alone for so long starts again.
DECAY = timedelta(hours=1)
#: From an address a user signed in from so recently, other people's guesses do not lock them out.
KNOWN_ADDRESS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """``<chain>.<n>.<mac>``: everything but the counter of the chain is in the token itself."""

    chain: uuid.UUID
    number: int

    def encode(self, key: bytes) -> str:
        return f"{self.chain.hex}.{self.number}.{_mac(self, key)}"


def parse_refresh(text: str, keys: Sequence[bytes]) -> RefreshToken | None:
    """Return what a genuine refresh token says; None for anything not made with one of ``keys``."""
    chain, _, rest = text.partition(".")
    number, _, mac = rest.partition(".")
    if not (text.isascii() and len(chain) == 32 and number.isdigit() and len(number) <= 9):
        return None
    try:
        token = RefreshToken(chain=uuid.UUID(hex=chain), number=int(number))
    except ValueError:
        return None
    # The whole text is compared, so that no second spelling of a number passes.
    genuine = any(hmac.compare_digest(token.encode(key), text) for key in keys)
    return token if genuine and mac else None


def _mac(token: RefreshToken, key: bytes) -> str:
    message = token.chain.bytes + token.number.to_bytes(8, "big")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


class Verdict(Enum):
    """What to do with a genuine refresh token of a chain."""

    ROTATE = "rotate"
    REPEAT = "repeat"  # the same successor again
    REUSED = "reused"  # an old token: somebody copied it
    UNKNOWN = "unknown"  # a number the chain has not reached: a restored database


def judge_refresh(*, number: int, counter: int, rotated_at: datetime, now: datetime) -> Verdict:
    """Decide about token ``number`` of a chain that stands at ``counter`` since ``rotated_at``."""
    if number == counter:
        return Verdict.ROTATE
    if number > counter:
        return Verdict.UNKNOWN
    if number == counter - 1 and now - rotated_at <= timedelta(seconds=RETRY_SECONDS):
        return Verdict.REPEAT
    return Verdict.REUSED


class Key(Protocol):
    @property
    def signs_from(self) -> datetime: ...


def signing_index(keys: Sequence[Key], *, now: datetime) -> int | None:
    """Return the index of the key that signs at ``now``: the newest whose time has come."""
    ready = [index for index, key in enumerate(keys) if key.signs_from <= now]
    return max(ready, key=lambda index: keys[index].signs_from, default=None)


def useful_indexes(keys: Sequence[Key], *, now: datetime, token_life: timedelta) -> list[int]:
    """Return the indexes of keys that sign, will sign, or signed a token that may still be alive.

    A key signs until the next one does, and its last token lives ``token_life`` longer. A minute is
    added for clocks that differ.
    """
    order = sorted(range(len(keys)), key=lambda index: keys[index].signs_from)
    grace = token_life + timedelta(minutes=1)
    replaced = [keys[successor].signs_from for successor in order[1:]]
    alive = [i for i, until in zip(order, replaced, strict=False) if now <= until + grace]
    return alive + order[-1:]


def wait_seconds(failures: int, *, free: int) -> int:
    """Return how long to wait after ``failures`` wrong guesses in a row, ``free`` of them free."""
    if failures <= free:
        return 0
    return int(min(2 ** min(failures - free - 1, 20), LONGEST_WAIT))


def wait_table(*, free: int) -> list[int]:
    """Return the waits after 1, 2, 3 … failures, up to the first that is the longest."""
    waits = [0]
    while waits[-1] < LONGEST_WAIT:
        waits.append(wait_seconds(len(waits), free=free))
    return waits[1:]


def spelling_digest(text: str) -> str:
    """Return one name for all spellings of ``text``: case, width and outer spaces are nothing.

    Hashed, since people type their password into the wrong field.
    """
    same = unicodedata.normalize("NFKC", text.strip()).casefold()
    return hashlib.sha256(same.encode()).hexdigest()[:32]


def address_group(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or a /64 of IPv6 (RFC 6177: one site).

    An IPv4 address in IPv6 clothes is the IPv4 address. Raises ValueError for anything else.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, 64), strict=False))


def plain_address(address: str | None) -> str | None:
    """Return ``address`` as the database keeps it, None when it is none at all."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)
