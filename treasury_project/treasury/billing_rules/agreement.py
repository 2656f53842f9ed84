"""An agreement with a client, and its additions: what is billed, how counted, at which price."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from treasury.billing_rules.allowances import Allowance
from treasury.billing_rules.money import is_number
from treasury.billing_rules.periods import DateRange, Period, number_on, period_number
from treasury.billing_rules.pricing import Discount, Tariff


class Kind(StrEnum):
    """How often an addition is billed."""

    RECURRING = "recurring"  # its price is for a month, whatever the cadence of the invoices
    YEARLY = "yearly"  # its price is for a year from its own start day, billed as the year begins
    ONE_OFF = "one_off"  # billed once, on its start day


class Timing(StrEnum):
    """When a period is billed. What is measured, and hours, can only be billed in arrears."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class Proration(StrEnum):
    """What a part of a month costs."""

    BY_DAYS = "by_days"  # actual days over the days of the month
    WHOLE = "whole"  # whoever was there on one day of the period counts for all of it
    FIRST_DAY = "first_day"  # whoever was there on its first day counts, nobody else


@dataclass(frozen=True, slots=True)
class Fixed:
    """A quantity that the agreement itself states; 0 is a quantity."""

    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """As many as there are presences of exactly this ``kind`` (contact, workstation, server)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The last reading of ``meter`` on each day, averaged over the days."""

    meter: str


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """What an hour of ``rate_class`` costs for work done from ``start`` on."""

    rate_class: str
    start: date
    price: Decimal

    def __post_init__(self) -> None:
        if not is_number(self.price) or self.price < 0:
            raise ValueError(f"{self.price!r} is no hourly rate")


@dataclass(frozen=True, slots=True)
class Hours:
    """Work that no allowance covers. An entry is rounded up to ``increment`` minutes."""

    rates: tuple[HourlyRate, ...]
    increment: int = 1

    def __post_init__(self) -> None:
        if self.increment < 1:
            raise ValueError("time is counted in steps of at least a minute")


Source = Fixed | Counted | Measured | Hours


@dataclass(frozen=True, slots=True)
class Noun:
    """What a unit is called: "workstation", "workstations"; nothing for a flat fee."""

    one: str = ""
    many: str = ""


@dataclass(frozen=True, slots=True)
class Addition:
    """A line of an agreement. ``key`` identifies it for ever; no name is ever compared.

    ``tariffs`` holds list prices and agreed ones; ``included`` units a day are covered by the
    plan; ``proration`` overrides the agreement's. Hours carry their rates in the source instead.
    """

    key: str
    description: str
    active: DateRange
    source: Source
    tariffs: tuple[Tariff, ...] = ()
    kind: Kind = Kind.RECURRING
    noun: Noun = Noun()
    included: Decimal = Decimal(0)
    discounts: tuple[Discount, ...] = ()
    proration: Proration | None = None
    tax_category: str = "standard"

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("an addition has a key")
        if not is_number(self.included) or self.included < 0:
            raise ValueError(f"{self.included!r} is no included quantity")
        if isinstance(self.source, Fixed) and not self.source.quantity >= 0:
            raise ValueError("a quantity is not negative")
        if isinstance(self.source, Hours | Measured) and self.kind is not Kind.RECURRING:
            raise ValueError("hours and measured quantities recur")
        starts = [(tariff.origin, tariff.start) for tariff in self.tariffs]
        if len(set(starts)) != len(starts):
            raise ValueError(f"{self.key}: two prices of one origin start on the same day")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed. Its periods have ``months`` months (1, 3, 12) from ``anchor``.

    ``anchor`` defaults to the first day; an earlier one makes the first period a part of a whole
    (an agreement from 15 Nov billed by calendar month has the anchor 1 Nov). ``minimum`` is what
    a whole period costs at least; None is no minimum.

    Raises ValueError for two additions with one key, so that no line can hide another, and for a
    rate class with two rates, so that an hour has one price.
    """

    key: str
    active: DateRange
    months: int
    timing: Timing
    currency: str
    additions: tuple[Addition, ...]
    anchor: date | None = None
    minimum: Decimal | None = None
    proration: Proration = Proration.BY_DAYS
    allowances: tuple[Allowance, ...] = ()
    tax_category: str = "standard"  # of the minimum charge

    def __post_init__(self) -> None:
        if self.months not in (1, 3, 12):
            raise ValueError("an agreement is billed every 1, 3 or 12 months")
        if self.anchor is not None and self.anchor > self.active.start:
            raise ValueError("periods are counted from the start, or from before it")
        if self.minimum is not None and (not is_number(self.minimum) or self.minimum < 0):
            raise ValueError(f"{self.minimum!r} is no minimum charge")
        if any(
            a.kind is Kind.ONE_OFF and a.active.start < self.active.start for a in self.additions
        ):
            raise ValueError("a one-off addition before its agreement would never be billed")
        _refuse_twice([a.key for a in self.additions], "two additions have the key")
        _refuse_twice(
            [rc for a in self.additions if isinstance(a.source, Hours)
             for rc in {rate.rate_class for rate in a.source.rates}],
            "two additions have rates for",
        )  # fmt: skip

    def period(self, number: int) -> Period:
        """Return the period ``number``; 0 starts on the anchor."""
        return period_number(self.anchor or self.active.start, self.months, number)

    def number_on(self, day: date) -> int:
        """Return the number of the period that holds ``day``."""
        return number_on(self.anchor or self.active.start, self.months, day)

    def months_of(self, period: Period) -> list[Period]:
        """Return the months of one of its periods. Raises ValueError for any other period."""
        number = self.number_on(period.start)
        if self.period(number) != period:
            raise ValueError(f"{period.start} to {period.end} is no period of {self.key}")
        anchor = self.anchor or self.active.start
        first = number * self.months
        return [period_number(anchor, 1, first + i) for i in range(self.months)]


def _refuse_twice(keys: list[str], what: str) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise ValueError(f"{what} {key!r}")
