"""Dates of business: half-open ranges, and billing periods from an agreement's own start day."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """The days from ``start`` up to but not including ``end``; ``end=None`` is for ever.

    Raises ValueError when it holds no day: a range that ends before it starts is a mistake in
    the facts, not an empty bill.
    """

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end} holds no day")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlap(self, other: DateRange) -> DateRange | None:
        """Return the days that both have, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return DateRange(start, end) if end is None or start < end else None


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A billing period: the days from ``start`` up to but not including ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end} is no period")

    @property
    def days(self) -> int:
        """How many days it has, 28 to 31 for a month."""
        return (self.end - self.start).days

    @property
    def range(self) -> DateRange:
        """The same days as a range."""
        return DateRange(self.start, self.end)

    def share(self, days: int) -> Fraction:
        """Return ``days`` as a part of the period: 17 days of November are 17/30."""
        return Fraction(days, self.days)

    def cut(self, instants: Iterable[date]) -> Iterator[Period]:
        """Split at every given day that lies inside, in order; without any, yield itself."""
        inside = sorted({day for day in instants if self.start < day < self.end})
        edges = [self.start, *inside, self.end]
        for start, end in pairwise(edges):
            yield Period(start, end)


def add_months(anchor: date, months: int) -> date:
    """Return the day ``months`` after ``anchor``, clamped to the month: 31 Jan + 1 = 28 Feb.

    Always counted from the anchor, so the day returns when the month is long enough
    (31 Jan + 2 = 31 Mar), and 29 Feb + 12 is 28 Feb, + 48 is 29 Feb again.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def period_number(anchor: date, months: int, number: int) -> Period:
    """Return period ``number`` (0 is the first) of ``months`` months each, from ``anchor``."""
    if months < 1:
        raise ValueError("a period has at least one month")
    return Period(add_months(anchor, number * months), add_months(anchor, (number + 1) * months))


def period_on(anchor: date, months: int, day: date) -> Period:
    """Return the period that holds ``day``, which may not lie before ``anchor`` (ValueError)."""
    if day < anchor:
        raise ValueError(f"{day} lies before the first period, {anchor}")
    elapsed = (day.year - anchor.year) * 12 + day.month - anchor.month
    number = elapsed // months
    period = period_number(anchor, months, number)
    return period if period.start <= day else period_number(anchor, months, number - 1)


def periods_starting(anchor: date, months: int, window: Period) -> Iterator[Period]:
    """Yield the periods whose first day lies in ``window``, in order."""
    if window.end <= anchor:
        return
    period = period_on(anchor, months, max(anchor, window.start))
    number = 0 if period.start == anchor else _number_of(anchor, months, period)
    while period.start < window.end:
        if period.start >= window.start:
            yield period
        number += 1
        period = period_number(anchor, months, number)


def _number_of(anchor: date, months: int, period: Period) -> int:
    elapsed = (period.start.year - anchor.year) * 12 + period.start.month - anchor.month
    return elapsed // months
