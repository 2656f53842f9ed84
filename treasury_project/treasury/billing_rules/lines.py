"""The lines of a bill: an amount, and what it is based on. Made by the other modules, stored whole.

An amount is rounded once, from the exact sum of its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from treasury.billing_rules.agreement import Noun
from treasury.billing_rules.allowances import Draw
from treasury.billing_rules.facts import Treatment
from treasury.billing_rules.money import Money
from treasury.billing_rules.periods import Period
from treasury.billing_rules.pricing import Tariff


class LineKind(StrEnum):
    """What a line is for."""

    RECURRING = "recurring"
    YEARLY = "yearly"
    ONE_OFF = "one_off"
    HOURS = "hours"
    MINIMUM = "minimum"
    CORRECTION = "correction"  # of an earlier period whose facts changed


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of days in which nothing changed, and its exact share of the line.

    ``share`` is counted in whole months (in years for a yearly line): 17 days of November are
    17/30. ``subject`` names the one device or person with its own price.
    """

    days: Period
    quantity: Decimal
    included: Decimal
    tariff: Tariff
    discount: Decimal
    reason: str
    share: Fraction
    exact: Fraction
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A device, person or reading that bears on the line, and its days in the period."""

    subject: str
    days: Period
    quantity: Decimal
    treatment: Treatment
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Counting:
    """Why a counted, fixed or measured line is what it is; ``units`` is 1, 3 or 12 months."""

    noun: Noun
    units: int
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """Billed time of one rate class at one rate."""

    rate_class: str
    rate: Decimal
    minutes: int
    discount: Decimal
    reason: str
    exact: Fraction
    works: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """Why a line of hours is what it is: the time billed, and what allowances paid for."""

    parts: tuple[Worked, ...]
    minutes: int
    draws: tuple[Draw, ...]
    late: tuple[str, ...]  # entries of an earlier period that had been billed without them


@dataclass(frozen=True, slots=True)
class Floor:
    """Why a minimum charge is what it is: the minimum, less what the other lines come to."""

    minimum: Decimal
    share: Fraction
    reached: Money


@dataclass(frozen=True, slots=True)
class Change:
    """Days on which an earlier bill was wrong, and by how much; quantities before and now."""

    days: Period
    before: Decimal
    now: Decimal
    exact: Fraction


@dataclass(frozen=True, slots=True)
class Changed:
    """Why a correction is what it is. ``parts`` is what the period now consists of."""

    period: Period
    billed: Money
    due: Money
    changes: tuple[Change, ...]
    parts: tuple[Part, ...]


Basis = Counting | Working | Floor | Changed


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``period`` is the days it is for, ``key`` the addition it comes from."""

    key: str
    kind: LineKind
    description: str
    period: Period
    amount: Money
    tax_category: str
    basis: Basis

    @property
    def identity(self) -> str:
        """What tells it from every other line of its invoice."""
        return f"{self.kind} {self.key} {self.period.start.isoformat()}"

    @property
    def exact(self) -> Fraction:
        """The amount before it was rounded (of a minimum or a correction: the amount)."""
        match self.basis:
            case Counting(parts=counted):
                return sum((part.exact for part in counted), Fraction(0))
            case Working(parts=worked):
                return sum((part.exact for part in worked), Fraction(0))
            case _:
                return Fraction(self.amount.amount)
