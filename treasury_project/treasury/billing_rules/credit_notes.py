"""Credit notes: all or a part of an issued invoice given back, its taxes mirrored.

Never more than what was billed: each line gives back at most what earlier credit notes left of it,
and the last one takes the tax to exactly nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from treasury.billing_rules.money import Money, rounded, total


class OverCredit(ValueError):
    """More would be given back than was billed."""


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax on a line, as it was billed or given back."""

    name: str
    percent: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Charged:
    """A line of an invoice (positive, as a rule) or of a credit note (the opposite sign)."""

    key: str
    net: Money
    levies: tuple[Levy, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What is given back; amounts have the opposite sign of the invoice's."""

    lines: tuple[Charged, ...]
    net: Money
    tax: Money
    gross: Money


def credit(
    invoice: Sequence[Charged],
    *,
    amounts: Mapping[str, Money] | None = None,
    already: Sequence[CreditNote] = (),
) -> CreditNote:
    """Credit ``amounts`` (net, by line key) of ``invoice``, or all that is left of it.

    An amount has the sign of its line; 0 credits nothing of it, a line not named neither.
    Raises OverCredit for more than ``already`` left, or when nothing is left at all; KeyError for
    a line that the invoice has not.
    """
    by_key = {line.key: line for line in invoice}
    if len(by_key) != len(invoice):
        raise ValueError("two lines of the invoice have the same key")
    left = {key: line.net + _credited(key, line, already) for key, line in by_key.items()}
    wanted = left if amounts is None else amounts
    lines = []
    for key, amount in wanted.items():
        line = by_key[key]
        if not _between(amount, left[key]):
            raise OverCredit(f"{left[key]} of {key} is left to credit, not {amount}")
        if amount or (amounts is None and _open_levies(line, already)):
            lines.append(_mirrored(line, amount, left[key] - amount, already))
    if not lines:
        raise OverCredit("nothing is left to credit")
    currency = lines[0].net.currency
    net = total((line.net for line in lines), currency)
    owed = total((levy.amount for line in lines for levy in line.levies), currency)
    return CreditNote(tuple(lines), net, owed, net + owed)


def _mirrored(line: Charged, amount: Money, left: Money, already: Sequence[CreditNote]) -> Charged:
    """Credit ``amount`` of ``line`` so that the tax on what is left stays in proportion."""
    levies = []
    for levy in line.levies:
        open_tax = levy.amount + _levied(line.key, levy, already)
        share = Fraction(left.amount) / Fraction(line.net.amount) if line.net else Fraction(0)
        keep = rounded(Fraction(levy.amount.amount) * share, levy.amount.currency)
        levies.append(Levy(levy.name, levy.percent, keep - open_tax))
    return Charged(line.key, -amount, tuple(levies))


def _between(amount: Money, left: Money) -> bool:
    signed = -amount if left.amount < 0 else amount
    return signed.amount >= 0 and signed <= abs(left)


def _credited(key: str, line: Charged, already: Sequence[CreditNote]) -> Money:
    given = (each.net for note in already for each in note.lines if each.key == key)
    return total(given, line.net.currency)


def _levied(key: str, levy: Levy, already: Sequence[CreditNote]) -> Money:
    given = (
        each.amount
        for note in already
        for line in note.lines
        if line.key == key
        for each in line.levies
        if each.name == levy.name
    )
    return total(given, levy.amount.currency)


def _open_levies(line: Charged, already: Sequence[CreditNote]) -> bool:
    return any(levy.amount + _levied(line.key, levy, already) for levy in line.levies)
