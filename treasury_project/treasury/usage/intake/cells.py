"""What stands in one cell, read strictly: what could mean two things is refused. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from treasury.days import FIRST, LAST

_HOURS = re.compile(r"^([0-9]{1,3}):([0-5][0-9])$")
_DECIMAL_HOURS = re.compile(r"^([0-9]{1,3}(?:[.,][0-9]{1,4})?) ?h$")
_NUMBER = re.compile(r"^[0-9]{1,14}(?:[.,][0-9]{1,6})?$")
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Unreadable(ValueError):
    """The cell says something that cannot be taken; the message tells what would be."""


def text(cell: object, *, most: int) -> str:
    """Return the cell as one line of at most ``most`` characters. Raises Unreadable."""
    if cell is None:
        return ""
    value = " ".join(str(cell).split())
    if "\x00" in value:
        raise Unreadable("has a character that is no text")
    if len(value) > most:
        raise Unreadable(f"is longer than {most} characters")
    return value


def day(cell: object) -> date | None:
    """Return the day, written 2026-11-24 or a date of a spreadsheet; None if it is empty."""
    if isinstance(cell, datetime):
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    value = text(cell, most=40).removesuffix(" 00:00:00").removesuffix("T00:00:00")
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"“{value}” is not a day; write 2026-11-24") from None
    return _sensible(found)


def _sensible(found: date) -> date:
    if not FIRST <= found <= LAST:
        raise Unreadable(f"“{found}” is no day of a bill; look at the year")
    return found


def number(cell: object) -> Decimal | None:
    """Return a number that is not negative, with a point or a comma before at most 6 decimals."""
    value = text(cell, most=40)
    if not value:
        return None
    if not _NUMBER.match(value):
        raise Unreadable(f"“{value}” is not a number; write 1234.50")
    return Decimal(value.replace(",", "."))


def minutes(cell: object) -> int | None:
    """Return whole minutes, written 90, 1:30 or 1.5 h; None if it is empty. Raises Unreadable."""
    value = text(cell, most=20).lower()
    if not value:
        return None
    if clock := _HOURS.match(value):
        return int(clock[1]) * 60 + int(clock[2])
    if hours := _DECIMAL_HOURS.match(value):
        exact = Decimal(hours[1].replace(",", ".")) * 60
    else:
        exact = number(value) or Decimal(0)
    if exact != int(exact):
        raise Unreadable(f"“{value}” is not a whole number of minutes")
    return int(exact)


def yes_or_no(cell: object, *, default: bool) -> bool:
    """Return yes, no, true, false, 1 or 0; ``default`` if it is empty. Raises Unreadable."""
    value = text(cell, most=20).lower()
    if not value:
        return default
    if value not in _WORDS:
        raise Unreadable(f"“{value}” is neither yes nor no")
    return _WORDS[value]


def choice(cell: object, choices: Iterable[tuple[str, str]], *, default: str = "") -> str:
    """Return the key of one of ``choices`` (key, label), given by either. Raises Unreadable."""
    value = text(cell, most=100)
    if not value:
        return default
    keys = {name.casefold(): key for key, label in choices for name in (key, label)}
    if value.casefold() not in keys:
        known = ", ".join(dict.fromkeys(keys.values()))
        raise Unreadable(f"“{value}” is not one of: {known}")
    return keys[value.casefold()]
