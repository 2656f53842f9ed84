"""How the cells of the documented tables are read, and results written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from treasury.billing_rules.facts import Presence
from treasury.billing_rules.periods import DateRange, Period
from treasury.billing_rules.pricing import Scheme, Tariff, Tier

NOTHING = "–"
EUR = "EUR"


def items(cell: str, by: str = ";") -> list[str]:
    """Split a cell into its items; the dash is none."""
    return [] if cell == NOTHING else [item.strip() for item in cell.split(by)]


def listed(values: Iterable[object], by: str = ", ") -> str:
    """Write items as a cell."""
    return by.join(str(value) for value in values) or NOTHING


def day(text: str) -> date:
    """Read a day."""
    return date.fromisoformat(text)


def optional_day(text: str) -> date | None:
    """Read a day, or none."""
    return None if text == NOTHING else day(text)


def days(text: str) -> DateRange:
    """Read "from 2025-11-14" or "2025-11-01 to 2025-11-15", both days included."""
    if text.startswith("from "):
        return DateRange(day(text.removeprefix("from ")), None)
    first, last = text.split(" to ")
    return DateRange(day(first), day(last) + timedelta(days=1))


def written(period: Period) -> str:
    """Write a period by its first and last day."""
    return f"{period.start} to {period.end - timedelta(days=1)}"


def split_days(text: str) -> tuple[str, DateRange]:
    """Separate "40.00 from 2025-01-01" into what comes first and the days after it."""
    found = re.search(r"(from )?\d{4}-\d\d-\d\d( to \d{4}-\d\d-\d\d)?$", text)
    assert found, text
    return text[: found.start()].strip(), days(found.group())


def presences(cell: str, kind: str = "workstation") -> tuple[Presence, ...]:
    """Read how many are there, and from when to when; "and" joins two stays of one."""
    found = []
    for group, item in enumerate(items(cell)):
        count, stays = item.split(" × ")
        for number in range(int(count)):
            subject = f"{kind}-{group}-{number}"
            found += [Presence(kind, subject, days(stay)) for stay in stays.split(" and ")]
    return tuple(found)


def tariff(cell: str, scheme: str = "graduated") -> Tariff:
    """Read "20.00; 18.00 above 10", in force for a long time."""
    tiers = []
    for item in items(cell):
        price, _, above = item.partition(" above ")
        tiers.append(Tier(Decimal(above or 0), Decimal(price)))
    return Tariff(date(2000, 1, 1), tuple(tiers), Scheme(scheme))
