"""What happened: who and what was there, what was measured, what was worked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from treasury.billing_rules.allowances import Pool, Work
from treasury.billing_rules.money import is_number
from treasury.billing_rules.periods import DateRange


class Contradiction(ValueError):
    """Two facts cannot both be true."""


class Treatment(StrEnum):
    """How a counted person or device is billed."""

    NORMAL = "normal"
    CUSTOM = "custom"  # at its own price, outside tiers and included quantity
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Presence:
    """A device or person of one ``kind``, named ``subject``, there while ``active``."""

    kind: str
    subject: str
    active: DateRange
    treatment: Treatment = Treatment.NORMAL
    price: Decimal | None = None
    quantity: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if (self.price is not None) != (self.treatment is Treatment.CUSTOM):
            raise ValueError("a price of its own belongs to the treatment 'custom', and only there")
        if self.price is not None and not (is_number(self.price) and self.price >= 0):
            raise ValueError(f"{self.price!r} is no price")
        if not is_number(self.quantity) or self.quantity < 0:
            raise ValueError("a quantity is not negative")


@dataclass(frozen=True, slots=True)
class Reading:
    """``meter`` of ``subject`` stood at ``quantity`` from ``day`` until the next reading."""

    meter: str
    subject: str
    day: date
    quantity: Decimal

    def __post_init__(self) -> None:
        if not is_number(self.quantity) or self.quantity < 0:
            raise ValueError("a reading is not negative")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that bears on the bills of one agreement. The order of nothing here matters.

    ``works`` holds every entry since the oldest pool began, billed or not; ``pools`` the prepaid
    blocks (allowances of the agreement itself become pools by its own dates).
    """

    presences: tuple[Presence, ...] = ()
    readings: tuple[Reading, ...] = ()
    works: tuple[Work, ...] = ()
    pools: tuple[Pool, ...] = ()

    def of_kind(self, kind: str) -> list[Presence]:
        """Return the presences of exactly this kind."""
        return [presence for presence in self.presences if presence.kind == kind]

    def of_meter(self, meter: str) -> list[Presence]:
        """Return the readings of ``meter`` as what was there between one and the next."""
        return list(_steps(reading for reading in self.readings if reading.meter == meter))


def _steps(readings: Iterable[Reading]) -> Iterator[Presence]:
    """Turn readings into a step function of days."""
    ordered = sorted(readings, key=lambda reading: (reading.subject, reading.day))
    for reading, following in zip_longest(ordered, ordered[1:]):
        end = following.day if following and following.subject == reading.subject else None
        if end == reading.day:
            raise Contradiction(f"{reading.subject} has two readings on {end}")
        active = DateRange(reading.day, end)
        yield Presence(reading.meter, reading.subject, active, quantity=reading.quantity)
