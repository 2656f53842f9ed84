"""The days that people and programs may name: others are mistakes of typing, such as 0202."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


def sensible(day: date) -> None:
    """Refuse a day that no bill is about. Raises ValidationError."""
    if not FIRST <= day <= LAST:
        raise ValidationError(f"Is that the right year? It should be {FIRST.year} to {LAST.year}.")
