"""How fast the billing rules are: invoices of 5 lines and 40 devices a second, on one core.

PYTHONPATH=treasury_project python bench/billing_rules.py [invoices]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from treasury.billing_rules.agreement import (
    Addition,
    Agreement,
    Counted,
    HourlyRate,
    Hours,
    Measured,
    Noun,
    Timing,
)
from treasury.billing_rules.allowances import Allowance, Work
from treasury.billing_rules.drafting import draft
from treasury.billing_rules.facts import Facts, Presence, Reading
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import Discount, Tariff, Tier, agreed, flat
from treasury.billing_rules.stored import to_json

START = date(2025, 1, 1)
SINCE = DateRange(START, None)
TIERS = (Tier(Decimal(0), Decimal(20)), Tier(Decimal(10), Decimal(18)))
RATES = (HourlyRate("remote", START, Decimal(120)),)


def agreement() -> Agreement:
    """Return five lines: flat, agreed and discounted, tiers, measured, hours."""
    offer = Discount(Decimal(10), DateRange(START, date(2025, 11, 21)), "launch")
    prices = (flat(START, Decimal(120)), agreed(DateRange(date(2025, 11, 10), None), Decimal(99)))
    listed = (flat(START, Decimal(45)),)
    stored = (flat(START, Decimal("0.05")),)
    return Agreement(
        "A-1", SINCE, 1, Timing.ARREARS, "EUR",
        (
            Addition("ws", "Workstations", SINCE, Counted("workstation"), listed),
            Addition("srv", "Servers", SINCE, Counted("server"), prices, discounts=(offer,)),
            Addition("usr", "Users", SINCE, Counted("contact"), (Tariff(START, TIERS),)),
            Addition("bak", "Backup", SINCE, Measured("backup"), stored, noun=Noun("GB", "GB")),
            Addition("hrs", "Support", SINCE, Hours(RATES)),
        ),
        minimum=Decimal(500), allowances=(Allowance("monthly hours", 1, 120, SINCE),),
    )  # fmt: skip


def facts() -> Facts:
    """Return 12 workstations (3 new), 3 servers, 25 users, 2 readings, 6 entries of work."""
    new, gone = DateRange(date(2025, 11, 14), None), DateRange(START, date(2025, 11, 9))
    there = [Presence("workstation", f"ws-{n}", new if n < 3 else SINCE) for n in range(12)]
    there += [Presence("server", f"srv-{n}", SINCE) for n in range(3)]
    there += [Presence("contact", f"user {n}", SINCE if n else gone) for n in range(25)]
    read = [Reading("backup", "nas", date(2025, m, 12), Decimal(m)) for m in (10, 11)]
    work = [Work(f"t{n}", date(2025, 11, n), 45, "remote") for n in range(1, 7)]
    return Facts(tuple(there), tuple(read), tuple(work))


def measured(name: str, count: int, make: Callable[[], object]) -> None:
    """Run ``make`` ``count`` times and print what one of them takes of the processor."""
    started = time.process_time()
    for _ in range(count):
        make()
    spent = time.process_time() - started
    print(f"{name:<44} {spent / count * 1e6:7.0f} µs {count / spent:9.0f} a second")


def main() -> None:
    """Measure a draft alone, and with what is stored of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    each, happened = agreement(), facts()
    period = each.period(10)

    def stored() -> str:
        return json.dumps([to_json(line) for line in draft(each, happened, period).lines])

    measured("facts and agreement from rows", count, lambda: (agreement(), facts()))
    measured("draft of 5 lines, 40 devices", count, lambda: draft(each, happened, period))
    measured("the same, explained and as JSON", count, stored)


if __name__ == "__main__":
    main()
