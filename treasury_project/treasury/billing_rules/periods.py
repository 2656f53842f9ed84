"""Dates of business: half-open ranges, and billing periods from an agreement's own start day."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
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

    def within(self, period: Period) -> Period | None:
        """Return its days that lie in ``period``, or None."""
        stays = self.end is None or self.end >= period.end
        if stays and self.start <= period.start:
            return period  # most are there all the time
        start = max(self.start, period.start)
        end = period.end if self.end is None else min(self.end, period.end)
        return Period(start, end) if start < end else None


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

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def cut(self, instants: Iterable[date]) -> Iterator[Period]:
        """Split at every given day that lies inside, in order; without any, yield itself."""
        inside = sorted({day for day in instants if self.start < day < self.end})
        edges = [self.start, *inside, self.end]
        for start, end in pairwise(edges):
            yield Period(start, end)


def add_months(anchor: date, months: int) -> date:
    """Return the day ``months`` after ``anchor``, clamped to the month: 31 Jan + 1 = 28 Feb.

    ``months`` may be negative. Always counted from the anchor, so the day returns when the month
    is long enough (31 Jan + 2 = 31 Mar), and 29 Feb + 12 is 28 Feb, + 48 is 29 Feb again.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    day = anchor.day
    if day > 28:
        day = min(day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def period_number(anchor: date, months: int, number: int) -> Period:
    """Return period ``number`` of ``months`` months each; 0 starts on ``anchor``."""
    if months < 1:
        raise ValueError("a period has at least one month")
    return Period(add_months(anchor, number * months), add_months(anchor, (number + 1) * months))


def number_on(anchor: date, months: int, day: date) -> int:
    """Return the number of the period that holds ``day``; negative before ``anchor``."""
    number = ((day.year - anchor.year) * 12 + day.month - anchor.month) // months
    return number if add_months(anchor, number * months) <= day else number - 1


def period_on(anchor: date, months: int, day: date) -> Period:
    """Return the period that holds ``day``."""
    return period_number(anchor, months, number_on(anchor, months, day))
