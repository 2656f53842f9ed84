"""Prices with effective dates, tiers and discounts.

A price is never looked up by name and never defaults: what has no price on a day is an error that
names the day, because a missing price billed at 0 is a bill nobody notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from treasury.billing_rules.periods import DateRange


class NoPrice(LookupError):
    """Nothing says what this costs on that day."""


class Scheme(StrEnum):
    """How tiers apply (the names are those of the subscription-billing trade)."""

    GRADUATED = "graduated"  # each unit at the price of the tier it falls into
    VOLUME = "volume"  # all units at the price of the tier that the quantity reaches


@dataclass(frozen=True, slots=True)
class Tier:
    """From more than ``above`` units on, a unit costs ``unit_price``."""

    above: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a unit costs for a whole period from day ``start`` on, until a later tariff starts.

    The first tier starts above 0 and tiers rise; anything else raises ValueError. One tier is a
    plain unit price, which may be 0: free is a price, no tariff is not.
    """

    start: date
    tiers: tuple[Tier, ...]
    scheme: Scheme = Scheme.GRADUATED

    def __post_init__(self) -> None:
        bounds = [tier.above for tier in self.tiers]
        if not bounds or bounds[0] != 0 or bounds != sorted(set(bounds)):
            raise ValueError("tiers start above 0 and rise")

    def charge(self, quantity: Fraction) -> Fraction:
        """Return the exact price of ``quantity`` units for a whole period."""
        if self.scheme is Scheme.VOLUME:
            reached = [tier for tier in self.tiers if tier.above < quantity]
            return quantity * Fraction(reached[-1].unit_price) if reached else Fraction(0)
        charge = Fraction(0)
        for tier, following in zip(self.tiers, (*self.tiers[1:], None), strict=True):
            top = quantity if following is None else min(quantity, Fraction(following.above))
            if top > tier.above:
                charge += (top - Fraction(tier.above)) * Fraction(tier.unit_price)
        return charge


@dataclass(frozen=True, slots=True)
class Discount:
    """A part of the price that is let off while ``active``; ``percent`` is 0 to 100."""

    percent: Decimal
    active: DateRange
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("a discount is 0 to 100 percent")


def flat(start: date, unit_price: Decimal) -> Tariff:
    """Return the tariff of one price for every unit."""
    return Tariff(start, (Tier(Decimal(0), unit_price),))


def tariff_on(tariffs: Sequence[Tariff], day: date) -> Tariff:
    """Return the tariff in force on ``day``: the latest that has started. Raises NoPrice."""
    started = [tariff for tariff in tariffs if tariff.start <= day]
    if not started:
        raise NoPrice(f"no price is in force on {day}")
    return max(started, key=lambda tariff: tariff.start)


def discount_on(discounts: Sequence[Discount], day: date) -> Fraction:
    """Return what is let off on ``day`` as a fraction; discounts add up, to the whole at most."""
    percent = sum((d.percent for d in discounts if day in d.active), Decimal(0))
    return min(Fraction(percent) / 100, Fraction(1))
