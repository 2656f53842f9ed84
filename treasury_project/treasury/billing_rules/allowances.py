"""Hours that a client has paid for in advance, and which of them a piece of work uses up.

Work draws first from the monthly allowance of its own month, then from whatever expires soonest.
So hours that a month covered never drain the year, and a block about to lapse goes before one that
lasts. What no pool covers is left over to be billed. Time is counted in whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from treasury.billing_rules import wording
from treasury.billing_rules.periods import DateRange, number_on, period_number


class PoolKind(IntEnum):
    """Where prepaid time comes from, in the order in which it is drawn."""

    MONTHLY = 0
    OTHER = 1  # the year's hours and prepaid blocks: by expiry


@dataclass(frozen=True, slots=True)
class Carry:
    """What is unused at a pool's end stays usable until ``until``: ``limit`` minutes at most.

    ``limit=None`` carries all, ``limit=0`` nothing.
    """

    until: date
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Prepaid minutes that work inside ``valid`` may use; ``rate_classes`` empty means any work."""

    key: str
    kind: PoolKind
    valid: DateRange
    minutes: int
    rate_classes: frozenset[str] = frozenset()
    carry: Carry | None = None

    def __post_init__(self) -> None:
        if self.minutes < 0:
            raise ValueError("a pool does not start below zero")
        if self.carry and (self.valid.end is None or self.carry.until <= self.valid.end):
            raise ValueError("a carry-over lasts longer than its pool")

    def covers(self, work: Work) -> bool:
        """Tell whether this pool may pay for ``work`` as far as its date and kind go."""
        return work.day in self.valid and (
            not self.rate_classes or work.rate_class in self.rate_classes
        )


@dataclass(frozen=True, slots=True)
class Allowance:
    """``minutes`` every ``months`` (1 or 12), from the first day of ``active`` on.

    ``carry_limit`` minutes of what is unused last one such period longer: None all, 0 none.
    """

    key: str
    months: int
    minutes: int
    active: DateRange
    carry_limit: int | None = 0
    rate_classes: frozenset[str] = frozenset()

    def pools(self, before: date, *, since: date = date.min) -> Iterator[Pool]:
        """Yield its pools that begin before the day ``before``, oldest first.

        Those that ended before ``since``, and could not be carried over to it, are left out.
        """
        kind = PoolKind.MONTHLY if self.months == 1 else PoolKind.OTHER
        ends = min(before, self.active.end) if self.active.end else before
        first = number_on(self.active.start, self.months, max(since, self.active.start))
        number = max(0, first - 1)
        while (own := period_number(self.active.start, self.months, number)).start < ends:
            number += 1
            end = min(own.end, self.active.end) if self.active.end else own.end
            last = self.active.end is not None and end == self.active.end
            until = period_number(self.active.start, self.months, number).end
            carry = None if self.carry_limit == 0 or last else Carry(until, self.carry_limit)
            valid = DateRange(own.start, end)
            key = f"{self.key} from {wording.day(own.start, 0)}"
            yield Pool(key, kind, valid, self.minutes, self.rate_classes, carry)


@dataclass(frozen=True, slots=True)
class Work:
    """A time entry. ``billed_with`` is the first day of the period whose invoice has it.

    Once billed, an entry stays with that invoice whatever becomes of its date.
    """

    key: str
    day: date
    minutes: int
    rate_class: str
    billed_with: date | None = None
    billable: bool = True

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


def draw(pools: Sequence[Pool], works: Iterable[Work], *, until: date | None = None) -> Drawing:
    """Let ``works`` use up ``pools``; the order of the input does not matter.

    Work that an earlier invoice has goes first, then the oldest: a late entry never takes what an
    issued invoice has already used. Carry-overs are made as the work reaches them, at the end
    those before ``until``. Raises ValueError when two pools or two works have one key.
    """
    ordered = sorted(works, key=lambda w: (w.billed_with or w.day, w.day, w.key))
    if len({work.key for work in ordered}) != len(ordered):
        raise ValueError("two entries of work have the same key")
    state = _State(pools)
    draws: list[Draw] = []
    unpaid: dict[str, int] = {}
    for work in ordered:
        state.reach(work.day)
        open_minutes = work.minutes
        for pool in state.in_order:
            minutes = min(open_minutes, state.left[pool.key]) if pool.covers(work) else 0
            if minutes:
                draws.append(Draw(work.key, pool.key, minutes))
                state.left[pool.key] -= minutes
                open_minutes -= minutes
        if open_minutes:
            unpaid[work.key] = open_minutes
    if until is not None:
        state.reach(until)
    return Drawing(tuple(draws), state.left, unpaid)


class _State:
    """What is left in each pool while work is drawn, day after day."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.left = {pool.key: pool.minutes for pool in pools}
        if len(self.left) != len(pools):
            raise ValueError("two pools have the same key")
        self.in_order = sorted(pools, key=_drawn_first)
        self._to_carry = sorted(
            (pool for pool in pools if pool.carry), key=lambda p: (p.valid.end or date.max, p.key)
        )

    def reach(self, day: date) -> None:
        """Carry over what is left of every pool that has ended by ``day``."""
        while self._to_carry and (self._to_carry[0].valid.end or date.max) <= day:
            pool = self._to_carry.pop(0)
            if pool.carry is None:
                continue
            minutes = carried_over(self.left[pool.key], limit=pool.carry.limit)
            valid = DateRange(pool.valid.start, pool.carry.until)
            moved = Pool(f"{pool.key} carried", pool.kind, valid, minutes, pool.rate_classes)
            self.left[pool.key] -= minutes
            self.left[moved.key] = minutes
            self.in_order = sorted((*self.in_order, moved), key=_drawn_first)


def carried_over(unused: int, *, limit: int | None) -> int:
    """Return the minutes that move into the next period: all, or ``limit`` at most (0: none)."""
    return unused if limit is None else min(unused, limit)


def _drawn_first(pool: Pool) -> tuple[int, date, date, str]:
    return (pool.kind, pool.valid.end or date.max, pool.valid.start, pool.key)
