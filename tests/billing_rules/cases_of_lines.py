"""What executes the tables about lines: counted, priced, prorated, worked, corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.billing_rules.made import ALWAYS, LONG_AGO, addition, agreement
from tests.billing_rules.reading import (
    NOTHING,
    day,
    days,
    items,
    listed,
    optional_day,
    presences,
    split_days,
    tariff,
    written,
)
from treasury.billing_rules.agreement import (
    Addition,
    Agreement,
    Fixed,
    HourlyRate,
    Hours,
    Kind,
    Measured,
    Proration,
    Timing,
)
from treasury.billing_rules.allowances import Allowance, Work
from treasury.billing_rules.drafting import Code, Draft, draft
from treasury.billing_rules.explanation import explain
from treasury.billing_rules.facts import Facts, Reading
from treasury.billing_rules.lines import Changed, LineKind
from treasury.billing_rules.pricing import Discount, Tariff, Tier, agreed, flat

Row = dict[str, str]


def prorating(row: Row) -> Row:
    """Prorating"""
    return {"amount": _amount(_draft_of(row))}


def explanations(row: Row) -> Row:
    """Explanations"""
    (line,) = _draft_of(row).lines
    return {"explanation": listed(explain(line), by="; ")}


def tiers(row: Row) -> Row:
    """Tiers"""
    source, prices = Fixed(Decimal(row["quantity"])), (tariff(row["tiers"], row["scheme"]),)
    line = addition(None, source=source, tariffs=prices, included=Decimal(row["included"]))
    return {"amount": _amount(_monthly(line, date(2025, 11, 1)))}


def measured(row: Row) -> Row:
    """Measured"""
    readings = []
    for item in items(row["readings"]):
        on, quantity = item.split(": ")
        readings.append(Reading("backup", "srv-1", day(on), Decimal(quantity)))
    line = addition(row["price"], source=Measured("backup"))
    facts = Facts(readings=tuple(readings))
    return {"amount": _amount(_monthly(line, day(row["period"]), facts))}


def price_changes(row: Row) -> Row:
    """Price changes"""
    prices = []
    for item in items(row["list"]):
        price, active = split_days(item)
        prices.append(flat(active.start, Decimal(price)))
    for item in items(row["agreed"]):
        price, active = split_days(item)
        prices.append(agreed(active, Decimal(price)))
    discounts = []
    for item in items(row["discounts"]):
        percent, active = split_days(item)
        discounts.append(Discount(Decimal(percent), active))
    source = Fixed(Decimal(row["quantity"]))
    line = addition(None, source=source, tariffs=tuple(prices), discounts=tuple(discounts))
    return {"amount": _amount(_monthly(line, day(row["period"])))}


def kinds_of_lines(row: Row) -> Row:
    """Kinds of lines"""
    line = addition(
        row["price"], kind=Kind(row["kind"]), active=days(row["line"]), source=Fixed(Decimal(1))
    )
    made = agreement(
        line,
        active=days(row["agreement"]),
        months=int(row["months"]),
        timing=Timing(row["timing"]),
    )
    made_draft = draft(made, Facts(), _period(made, row["period"]))
    if not made_draft.lines:
        return {"amount": NOTHING, "days": NOTHING}
    return {"amount": _amount(made_draft), "days": written(made_draft.lines[0].period)}


def hours(row: Row) -> Row:
    """Hours"""
    rates = []
    for item in items(row["rates"]):
        price, active = split_days(item)
        rates.append(HourlyRate("remote", active.start, Decimal(price)))
    discounts = (Discount(Decimal(row["discount"]), ALWAYS),)
    source = Hours(tuple(rates), int(row["step"]))
    line = addition(None, key="hours", source=source, discounts=discounts)
    minutes = int(row["allowance a month"])
    allowances = (Allowance("month", 1, minutes, days("from 2025-01-01")),)
    works = tuple(
        Work(f"t{number}", day(item.split(": ")[0]), int(item.split(": ")[1]), "remote")
        for number, item in enumerate(items(row["work"]))
    )
    made = agreement(line, allowances=allowances)
    return {"amount": _amount(draft(made, Facts(works=works), _period(made, "2025-11-01")))}


def minimum_charge(row: Row) -> Row:
    """Minimum charge"""
    lines = [addition(row["recurring"], key="fee", source=Fixed(Decimal(1)))]
    if row["one-off"] != NOTHING:
        once = days(f"from {row['period']}")
        source = Fixed(Decimal(1))
        lines.append(
            addition(row["one-off"], key="once", kind=Kind.ONE_OFF, active=once, source=source)
        )
    made = agreement(
        *lines,
        active=days(row["agreement"]),
        anchor=optional_day(row["anchor"]),
        months=int(row["months"]),
        minimum=Decimal(row["minimum"]),
    )
    made_draft = draft(made, Facts(), _period(made, row["period"]))
    found = [line.amount.amount for line in made_draft.lines if line.kind is LineKind.MINIMUM]
    return {"minimum line": listed(found)}


def corrections(row: Row) -> Row:
    """Corrections"""
    made = agreement(addition(row["price"]), timing=Timing.ADVANCE)
    period = _period(made, row["period"])
    following = made.period(made.number_on(period.start) + 1)
    before = draft(made, Facts(presences(row["billed with"])), period)
    later = draft(
        made, Facts(presences(row["known now"])), following, issued={period: before.lines}
    )
    found = [line for line in later.lines if line.kind is LineKind.CORRECTION]
    bases = [line.basis for line in found if isinstance(line.basis, Changed)]
    return {
        "amount": listed(line.amount.amount for line in found),
        "days": listed(written(change.days) for basis in bases for change in basis.changes),
    }


def _draft_of(row: Row) -> Draft:
    proration = Proration(row.get("policy", "by_days"))
    start = optional_day(row.get("anchor", NOTHING)) or day(row["period"])
    made = agreement(
        addition(row["price"]),
        months=int(row["months"]),
        proration=proration,
        active=days(f"from {start}"),
    )
    return draft(made, Facts(presences(row["there"])), _period(made, row["period"]))


def _monthly(line: Addition, start: date, facts: Facts | None = None) -> Draft:
    made = agreement(line, active=ALWAYS, anchor=LONG_AGO)
    return draft(made, facts or Facts(), _period(made, start.isoformat()))


def _period(made: Agreement, first: str) -> Any:
    period = made.period(made.number_on(day(first)))
    assert period.start == day(first)
    return period


def _amount(made: Draft) -> str:
    if any(problem.code is Code.NO_PRICE for problem in made.problems):
        assert made.is_blocked
        assert not made.lines
        return "no price"
    (line,) = made.lines
    return str(line.amount.amount)


def monthly_agreement(row: Row) -> Agreement:
    """Return the agreement of a row of the table of monthly values."""
    discounts = (Discount(Decimal(row["discount"]), ALWAYS),)
    lines = []
    if row["recurring"] != NOTHING:
        count, price = row["recurring"].split(" × ")
        source = Fixed(Decimal(count))
        lines.append(addition(price, key="recurring", source=source, discounts=discounts))
    for name, kind in (("yearly", Kind.YEARLY), ("one-off", Kind.ONE_OFF)):
        if row[name] != NOTHING:
            prices = (Tariff(LONG_AGO, (Tier(Decimal(0), Decimal(row[name])),)),)
            active = days("from 2025-11-01")
            source = Fixed(Decimal(1))
            lines.append(
                addition(None, key=name, kind=kind, source=source, tariffs=prices, active=active)
            )
    least = None if row["minimum"] == NOTHING else Decimal(row["minimum"])
    return agreement(*lines, months=int(row["months"]), minimum=least)
