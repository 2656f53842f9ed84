"""Taxes on the lines of an invoice.

A category of goods in a region has dated rates, perhaps several at once (state and city). A line
whose tax is unknown stops the invoice: a tax that fails must never be billed at 0. Exempt clients
and reverse charge are answers, each with its reason, not missing rates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from treasury.billing_rules.money import Money, apportioned, is_number, rounded, total
from treasury.billing_rules.periods import DateRange


class NoTaxRate(LookupError):
    """Nothing says how this category is taxed in this region on that day."""


class Liability(StrEnum):
    """Who owes the tax: VAT category codes of EN 16931 (UNTDID 5305), BT-151."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"  # Directive 2006/112/EC, article 196: the customer owes it
    EXPORT = "G"
    OUT_OF_SCOPE = "O"


class RoundTax(StrEnum):
    """Where a tax is rounded. EN 16931 (BR-CO-17) wants it once per rate and invoice."""

    PER_LINE = "per_line"
    PER_INVOICE = "per_invoice"  # once per rate over all its lines, then shared out


@dataclass(frozen=True, slots=True)
class TaxRate:
    """``percent`` of the net amount, owed in ``region`` for ``category`` while ``active``.

    0 percent is a rate (EN 16931 category Z); it says that nothing is owed.
    """

    name: str
    category: str
    region: str
    percent: Decimal
    active: DateRange

    def __post_init__(self) -> None:
        if not is_number(self.percent) or self.percent < 0:
            raise ValueError(f"{self.percent!r} is no tax rate")


@dataclass(frozen=True, slots=True)
class Taxable:
    """A line to tax: its net amount and what kind of thing it is."""

    key: str
    category: str
    net: Money


@dataclass(frozen=True, slots=True)
class LineTax:
    """One tax on one line."""

    line_key: str
    name: str
    percent: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What one rate comes to on the invoice: a row of the tax breakdown (EN 16931, BG-23)."""

    code: str
    name: str
    percent: Decimal
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Taxed:
    """The taxes of an invoice; ``net + tax == gross`` or ValueError."""

    taxes: tuple[LineTax, ...]
    breakdown: tuple[Subtotal, ...]
    net: Money
    tax: Money
    gross: Money

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError(f"{self.net} and {self.tax} do not make {self.gross}")
        if total((each.amount for each in self.taxes), self.tax.currency) != self.tax:
            raise ValueError(f"the taxes of the lines do not sum to {self.tax}")


def rates_on(rates: Sequence[TaxRate], category: str, region: str, day: date) -> list[TaxRate]:
    """Return the rates in force, by name. Raises NoTaxRate when there are none."""
    found = [r for r in rates if (r.category, r.region) == (category, region) and day in r.active]
    if not found:
        raise NoTaxRate(f"no tax rate for {category} in {region} on {day}")
    names = [rate.name for rate in found]
    if len(set(names)) != len(names):
        raise NoTaxRate(f"two rates of one tax for {category} in {region} on {day}")
    return sorted(found, key=lambda rate: rate.name)


def tax(
    lines: Sequence[Taxable],
    rates: Sequence[TaxRate],
    *,
    region: str,
    on: date,
    currency: str,
    liability: Liability = Liability.STANDARD,
    rounding: RoundTax = RoundTax.PER_INVOICE,
) -> Taxed:
    """Tax ``lines`` as of the tax point ``on``. Raises NoTaxRate; never leaves a line untaxed.

    Several taxes on a line are each a part of its net amount, not of one another.
    """
    net = total((line.net for line in lines), currency)
    if liability is not Liability.STANDARD:
        nothing = total([], currency)
        row = Subtotal(liability.value, liability.name, Decimal(0), net, nothing)
        return Taxed((), (row,) if lines else (), net, nothing, net)
    taxes: list[LineTax] = []
    breakdown: list[Subtotal] = []
    for (name, percent), members in _by_rate(lines, rates, region, on).items():
        amounts = _amounts(percent, members, currency, rounding)
        for line, amount in zip(members, amounts, strict=True):
            taxes.append(LineTax(line.key, name, percent, amount))
        base = total((line.net for line in members), currency)
        code = "S" if percent else "Z"
        breakdown.append(Subtotal(code, name, percent, base, total(amounts, currency)))
    owed = total((each.amount for each in taxes), currency)
    return Taxed(tuple(taxes), tuple(breakdown), net, owed, net + owed)


def _by_rate(
    lines: Sequence[Taxable], rates: Sequence[TaxRate], region: str, on: date
) -> Mapping[tuple[str, Decimal], list[Taxable]]:
    grouped: dict[tuple[str, Decimal], list[Taxable]] = defaultdict(list)
    known: dict[str, list[TaxRate]] = {}
    for line in lines:
        if line.category not in known:
            known[line.category] = rates_on(rates, line.category, region, on)
        for rate in known[line.category]:
            grouped[rate.name, rate.percent].append(line)
    return dict(sorted(grouped.items()))


def _amounts(
    percent: Decimal, lines: Sequence[Taxable], currency: str, rounding: RoundTax
) -> list[Money]:
    rate = Fraction(percent) / 100
    exact = [Fraction(line.net.amount) * rate for line in lines]
    if rounding is RoundTax.PER_LINE:
        return [rounded(each, currency) for each in exact]
    return apportioned(rounded(sum(exact, Fraction(0)), currency), exact)
