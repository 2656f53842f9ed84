"""Amounts as people and banks write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

LARGEST = 10**11


def typed_amount(text: str) -> Decimal:
    """Return 1,234.50 and 1.234,50 alike: the last separator is the decimal one.

    Raises ValueError, which says for people what is wrong.
    """
    plain = re.sub(r"[\s'’€$£]", "", text).replace("−", "-")
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"“{text}” is no amount") from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise ValueError(f"“{text}” is no amount")
    return value
