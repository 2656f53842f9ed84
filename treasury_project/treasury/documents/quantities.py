"""Quantity and unit price of a line, where its stored explanation has one of each."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

Counted = tuple[Decimal, str, Decimal]  # quantity, unit, what one of them costs
_PLACES = 4


def counted(explanation: Mapping[str, Any]) -> Counted | None:
    """Return what ``explanation`` (``billing_rules.stored``) counts, or None.

    Only what people can multiply themselves: one stretch of whole months, or hours of one rate,
    and a price of four places at most. All else is told in sentences.
    """
    parts = explanation.get("basis", {}).get("parts", ())
    if len(parts) != 1:
        return None
    (part,) = parts
    if explanation.get("is") == "Counting":
        return _of(Decimal(part["quantity"]) - Decimal(part["included"]), "", part)
    if explanation.get("is") == "Working":
        return _of(Fraction(part["minutes"], 60), "h", part)
    return None


def _of(quantity: Decimal | Fraction, unit: str, part: Mapping[str, Any]) -> Counted | None:
    if quantity <= 0 or Fraction(part.get("share", 1)).denominator != 1:
        return None
    exact = _decimal(Fraction(quantity))
    price = _decimal(Fraction(part["exact"]) / Fraction(quantity))
    return None if exact is None or price is None else (exact, unit, price)


def _decimal(value: Fraction) -> Decimal | None:
    scaled = value * 10**_PLACES
    return Decimal(scaled.numerator).scaleb(-_PLACES) if scaled.denominator == 1 else None
