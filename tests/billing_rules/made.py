"""Agreements and facts for the tests, with everything a test does not care about filled in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from treasury.billing_rules.agreement import Addition, Agreement, Counted, Noun, Timing
from treasury.billing_rules.facts import Presence
from treasury.billing_rules.periods import DateRange, Period
from treasury.billing_rules.pricing import flat

LONG_AGO = date(2000, 1, 1)
ALWAYS = DateRange(LONG_AGO, None)
SINCE_JANUARY = DateRange(date(2025, 1, 1), None)
OCTOBER = Period(date(2025, 10, 1), date(2025, 11, 1))
NOVEMBER = Period(date(2025, 11, 1), date(2025, 12, 1))
DECEMBER = Period(date(2025, 12, 1), date(2026, 1, 1))


def addition(price: str | None = "45.00", **given: Any) -> Addition:
    """Return workstations at ``price``, counted by the month."""
    tariffs = () if price is None else (flat(LONG_AGO, Decimal(price)),)
    return Addition(
        **{
            "key": "ws",
            "description": "Managed workstations",
            "active": ALWAYS,
            "source": Counted("workstation"),
            "noun": Noun("workstation", "workstations"),
            "tariffs": tariffs,
        }
        | given
    )


def agreement(*additions: Addition, **given: Any) -> Agreement:
    """Return an agreement since January 2025, billed monthly in arrears in euros."""
    return Agreement(
        **{
            "key": "A-1",
            "active": SINCE_JANUARY,
            "months": 1,
            "timing": Timing.ARREARS,
            "currency": "EUR",
            "additions": additions,
        }
        | given
    )


def fleet(count: int, kind: str = "workstation", since: date = LONG_AGO) -> tuple[Presence, ...]:
    """Return ``count`` devices that are there from ``since`` on."""
    return tuple(Presence(kind, f"{kind}-{n:02}", DateRange(since, None)) for n in range(count))
