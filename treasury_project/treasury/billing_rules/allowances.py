"""Hours that a client has paid for in advance, and which of them a piece of work uses up.

Work draws first from the monthly allowance of its own month, then from whatever expires soonest.
So hours that a month covered never drain the year, and a block about to lapse goes before one that
lasts. What no pool covers is left over to be billed. Time is counted in whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from treasury.billing_rules.periods import DateRange


class PoolKind(IntEnum):
    """Where prepaid time comes from, in the order in which it is drawn."""

    MONTHLY = 0
    OTHER = 1  # the year's hours and prepaid blocks: by expiry


@dataclass(frozen=True, slots=True)
class Pool:
    """Prepaid minutes that work inside ``valid`` may use; ``rate_classes`` empty means any work."""

    key: str
    kind: PoolKind
    valid: DateRange
    minutes: int
    rate_classes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.minutes < 0:
            raise ValueError("a pool does not start below zero")

    def covers(self, work: Work) -> bool:
        """Tell whether this pool may pay for ``work`` as far as its date and kind go."""
        return work.day in self.valid and (
            not self.rate_classes or work.rate_class in self.rate_classes
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A billable time entry."""

    key: str
    day: date
    minutes: int
    rate_class: str

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise ValueError("work takes at least a minute")


@dataclass(frozen=True, slots=True)
class Draw:
    """``minutes`` of the work ``work_key`` taken from the pool ``pool_key``."""

    work_key: str
    pool_key: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The outcome: every draw, what is left in each pool, and the minutes nobody prepaid."""

    draws: tuple[Draw, ...]
    left: dict[str, int]
    unpaid: dict[str, int]  # work key -> minutes to bill

    @property
    def drawn(self) -> int:
        """All minutes that pools paid for."""
        return sum(draw.minutes for draw in self.draws)


def draw(pools: Sequence[Pool], works: Iterable[Work]) -> Drawing:
    """Let ``works`` use up ``pools``, oldest work first; the order of the input does not matter."""
    left = {pool.key: pool.minutes for pool in pools}
    if len(left) != len(pools):
        raise ValueError("two pools have the same key")
    in_order = sorted(pools, key=_drawn_first)
    draws: list[Draw] = []
    unpaid: dict[str, int] = {}
    for work in sorted(works, key=lambda w: (w.day, w.key)):
        open_minutes = work.minutes
        for pool in in_order:
            minutes = min(open_minutes, left[pool.key]) if pool.covers(work) else 0
            if minutes:
                draws.append(Draw(work.key, pool.key, minutes))
                left[pool.key] -= minutes
                open_minutes -= minutes
        if open_minutes:
            unpaid[work.key] = open_minutes
    return Drawing(tuple(draws), left, unpaid)


def carried_over(unused: int, *, limit: int | None) -> int:
    """Return the minutes that move into the next period: all, or ``limit`` at most (0: none)."""
    return unused if limit is None else min(unused, limit)


def _drawn_first(pool: Pool) -> tuple[int, date, date, str]:
    return (pool.kind, pool.valid.end or date.max, pool.valid.start, pool.key)
