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

from treasury.billing_rules.money import Money, rounded, split, total, zero
from treasury.billing_rules.periods import DateRange


class NoTaxRate(LookupError):
    """Nothing says how this category is taxed in this region on that day."""


class Liability(StrEnum):
    """Who owes the tax (EN 16931 category codes S, E and AE)."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"  # Directive 2006/112/EC, article 196: the customer owes it


class RoundTax(StrEnum):
    """Where a tax is rounded."""

    PER_LINE = "per_line"
    PER_INVOICE = "per_invoice"  # once per rate over all its lines, then shared out


@dataclass(frozen=True, slots=True)
class TaxRate:
    """``percent`` of the net amount, owed in ``region`` for ``category`` while ``active``."""

    name: str
    category: str
    region: str
    percent: Decimal
    active: DateRange


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
class Taxed:
    """The taxes of an invoice; ``net + tax == gross`` or ValueError."""

    taxes: tuple[LineTax, ...]
    net: Money
    tax: Money
    gross: Money

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError(f"{self.net} and {self.tax} do not make {self.gross}")


def rates_on(rates: Sequence[TaxRate], category: str, region: str, day: date) -> list[TaxRate]:
    """Return the rates in force, by name. Raises NoTaxRate when there are none."""
    found = [r for r in rates if (r.category, r.region) == (category, region) and day in r.active]
    if not found:
        raise NoTaxRate(f"no tax rate for {category} in {region} on {day}")
    return sorted(found, key=lambda rate: rate.name)


def tax(
    lines: Sequence[Taxable],
    rates: Sequence[TaxRate],
    *,
    region: str,
    on: date,
    currency: str,
    liability: Liability = Liability.STANDARD,
    rounding: RoundTax = RoundTax.PER_LINE,
) -> Taxed:
    """Tax ``lines`` as of the tax point ``on``. Raises NoTaxRate; never leaves a line untaxed."""
    taxes: list[LineTax] = []
    if liability is Liability.STANDARD:
        by_rate = _by_rate(lines, rates, region, on)
        for rate, members in by_rate.items():
            taxes += _taxes_of(rate, members, currency, rounding)
    net = total((line.net for line in lines), currency)
    owed = total((each.amount for each in taxes), currency)
    return Taxed(tuple(taxes), net, owed, net + owed)


def _by_rate(
    lines: Sequence[Taxable], rates: Sequence[TaxRate], region: str, on: date
) -> Mapping[TaxRate, list[Taxable]]:
    grouped: dict[TaxRate, list[Taxable]] = defaultdict(list)
    for line in lines:
        for rate in rates_on(rates, line.category, region, on):
            grouped[rate].append(line)
    return grouped


def _taxes_of(
    rate: TaxRate, lines: Sequence[Taxable], currency: str, rounding: RoundTax
) -> list[LineTax]:
    fraction = Fraction(rate.percent) / 100
    if rounding is RoundTax.PER_LINE:
        amounts = [rounded(Fraction(line.net.amount) * fraction, currency) for line in lines]
    else:
        whole = rounded(
            sum((Fraction(x.net.amount) for x in lines), Fraction(0)) * fraction, currency
        )
        weights = [abs(Fraction(line.net.amount)) for line in lines]
        amounts = _shared(whole, weights, currency)
    return [
        LineTax(line.key, rate.name, rate.percent, amount)
        for line, amount in zip(lines, amounts, strict=True)
    ]


def _shared(whole: Money, weights: Sequence[Fraction], currency: str) -> list[Money]:
    if not whole or not any(weights):
        return [zero(currency) for _ in weights]
    return split(whole, weights)
