"""Numbers, days and shares in words; the same on every machine, whatever its locale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from treasury.billing_rules.money import places, rounded
from treasury.billing_rules.periods import Period

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: Decimal) -> str:
    """Write a number with no needless places: 12, 1.5, 0.333."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Decimal, currency: str) -> str:
    """Write a unit price with at least the places of its currency, and all it has."""
    text = number(value)
    own = len(text.partition(".")[2])
    return f"{value:.{max(own, places(currency))}f}"


def money(exact: Fraction, currency: str) -> str:
    """Write an exact amount as it would be rounded, with its sign."""
    value = rounded(exact, currency).amount
    return f"−{-value}" if value < 0 else f"+{value}"


def average(value: Fraction) -> str:
    """Write an average to two places; it is shown, not calculated with."""
    return number(rounded(value, "EUR").amount)


def day(value: date, year: int) -> str:
    """Write a day, with its year only when that is not ``year``."""
    text = f"{value.day} {_MONTHS[value.month - 1]}"
    return text if value.year == year else f"{text} {value.year}"


def days(period: Period, year: int) -> str:
    """Write the first and the last day, or the only one."""
    first, last = period.start, date.fromordinal(period.end.toordinal() - 1)
    if first == last:
        return day(first, year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, year)}"
    return f"{day(first, year)} – {day(last, year)}"


def when(part: Period, whole: Period) -> str:
    """Say which days of ``whole`` these are: from 14 Nov, until 9 Nov, or both ends."""
    year = whole.start.year
    if part.end == whole.end:
        return f"from {day(part.start, year)}"
    if part.start == whole.start:
        return f"until {day(date.fromordinal(part.end.toordinal() - 1), year)}"
    return days(part, year)


def share(value: Fraction, units: int, whole: Period) -> str:
    """Write a share: 17/30 days of a month or year, 1 17/30 months of a quarter."""
    if units == 1:
        part = value * whole.days
        return f"{part.numerator}/{whole.days} days" if part.denominator == 1 else f"{value}"
    months, rest = divmod(value, 1)
    written = f"{months} {rest}" if months and rest else str(months or rest)
    return f"{written} {'month' if value == 1 else 'months'}"


def time(minutes: int) -> str:
    """Write a time: 45 min, 2 h, 1 h 30 min."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)


def less(percent: Decimal, reason: str) -> str:
    """Write a discount, or nothing when there is none."""
    if not percent:
        return ""
    return f"; less {number(percent)} %" + (f" ({reason})" if reason else "")
