"""Prices with effective dates, agreed prices, tiers and discounts.

A price is never looked up by name and never defaults: what has no price on a day is an error that
names the day, because a missing price billed at 0 is a bill nobody notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from treasury.billing_rules.money import EXACT, is_number
from treasury.billing_rules.periods import DateRange

_NOTHING = Decimal(0)


class NoPrice(LookupError):
    """Nothing says what this costs on that day."""


class Scheme(StrEnum):
    """How tiers apply (the names are those of the subscription-billing trade)."""

    GRADUATED = "graduated"  # each unit at the price of the tier it falls into
    VOLUME = "volume"  # all units at the price of the tier that the quantity reaches


class Origin(StrEnum):
    """Where a price comes from."""

    LIST = "list"  # the catalogue
    AGREED = "agreed"  # this client's agreement overrides the catalogue
    OWN = "own"  # this one device or person has a price of its own


@dataclass(frozen=True, slots=True)
class Tier:
    """From more than ``above`` units on, a unit costs ``unit_price``, which is not negative."""

    above: Decimal
    unit_price: Decimal

    def __post_init__(self) -> None:
        if not is_number(self.unit_price) or self.unit_price < 0:
            raise ValueError(f"{self.unit_price!r} is no unit price")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a unit costs (a month, a year, or once) from day ``start`` on.

    It holds until ``end``, or until a later tariff of the same origin starts. The first tier
    starts above 0 and tiers rise; anything else raises ValueError. One tier is a plain unit
    price, which may be 0: free is a price, no tariff is not.
    """

    start: date
    tiers: tuple[Tier, ...]
    scheme: Scheme = Scheme.GRADUATED
    origin: Origin = Origin.LIST
    end: date | None = None

    def __post_init__(self) -> None:
        bounds = [tier.above for tier in self.tiers]
        if not bounds or bounds[0] != 0 or bounds != sorted(set(bounds)):
            raise ValueError("tiers start above 0 and rise")

    @property
    def unit_price(self) -> Decimal | None:
        """The price of every unit, or None when it depends on their number."""
        return self.tiers[0].unit_price if len(self.tiers) == 1 else None

    def steps(self, quantity: Decimal) -> list[tuple[Decimal, Decimal]]:
        """Return how ``quantity`` units are priced: pairs of units and unit price."""
        if self.scheme is Scheme.VOLUME or len(self.tiers) == 1:
            reached = [tier for tier in self.tiers if tier.above < quantity]
            return [(quantity, reached[-1].unit_price)] if reached else []
        steps = []
        for tier, following in zip(self.tiers, (*self.tiers[1:], None), strict=True):
            top = quantity if following is None else min(quantity, following.above)
            if top > tier.above:
                steps.append((EXACT.subtract(top, tier.above), tier.unit_price))
        return steps

    def charge(self, quantity: Decimal) -> Decimal:
        """Return the exact price of ``quantity`` units."""
        charge = _NOTHING
        for units, price in self.steps(quantity):
            charge = EXACT.add(charge, EXACT.multiply(units, price))
        return charge


@dataclass(frozen=True, slots=True)
class Discount:
    """A part of the price that is let off while ``active``; ``percent`` is 0 to 100."""

    percent: Decimal
    active: DateRange
    reason: str = ""

    def __post_init__(self) -> None:
        if not is_number(self.percent) or not 0 <= self.percent <= 100:
            raise ValueError("a discount is 0 to 100 percent")


def flat(start: date, unit_price: Decimal) -> Tariff:
    """Return the list price of one price for every unit, from ``start`` on."""
    return Tariff(start, (Tier(_NOTHING, unit_price),))


def agreed(active: DateRange, unit_price: Decimal) -> Tariff:
    """Return a price that overrides the list while ``active``; 0 overrides it with 0."""
    tiers = (Tier(_NOTHING, unit_price),)
    return Tariff(active.start, tiers, origin=Origin.AGREED, end=active.end)


def tariff_on(tariffs: Sequence[Tariff], day: date) -> Tariff:
    """Return the tariff in force on ``day``: the agreed one, else the list's. Raises NoPrice.

    Of several that have started and not ended the latest counts.
    """
    best: Tariff | None = None
    for tariff in tariffs:
        if tariff.start > day or (tariff.end is not None and tariff.end <= day):
            continue
        if best is None or _rank(tariff) > _rank(best):
            best = tariff
    if best is None:
        raise NoPrice(f"no price is in force on {day}")
    return best


def _rank(tariff: Tariff) -> tuple[bool, date]:
    return (tariff.origin is Origin.AGREED, tariff.start)


def discount_on(discounts: Sequence[Discount], day: date) -> tuple[Decimal, str]:
    """Return the percent let off on ``day``, and why; discounts add up, to 100 at most."""
    if not discounts:
        return _NOTHING, ""
    active = [each for each in discounts if day in each.active]
    percent = sum((each.percent for each in active), _NOTHING)
    reasons = sorted({each.reason for each in active if each.reason})
    return min(percent, Decimal(100)), ", ".join(reasons)
