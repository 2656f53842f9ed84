"""What executes the tables about money, periods, allowances, taxes, credit notes and payments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from tests.billing_rules.cases_of_lines import monthly_agreement
from tests.billing_rules.made import ALWAYS, agreement
from tests.billing_rules.reading import (
    EUR,
    NOTHING,
    day,
    days,
    items,
    listed,
    optional_day,
    split_days,
)
from treasury.billing_rules.agreement import Timing
from treasury.billing_rules.allowances import Carry, Pool, PoolKind, Work, draw
from treasury.billing_rules.credit_notes import Charged, CreditNote, Levy, OverCredit, credit
from treasury.billing_rules.due import due
from treasury.billing_rules.facts import Facts
from treasury.billing_rules.money import Money, rounded, split
from treasury.billing_rules.payments import Debt, LateFee, allocate, bucket, late_fee
from treasury.billing_rules.periods import period_number
from treasury.billing_rules.revenue import monthly_value, movement
from treasury.billing_rules.taxes import (
    Liability,
    NoTaxRate,
    RoundTax,
    Taxable,
    TaxRate,
    tax,
)

Row = dict[str, str]


def _eur(text: str) -> Money:
    return Money(Decimal(text), EUR)


def rounding(row: Row) -> Row:
    """Rounding"""
    return {"amount": str(rounded(Fraction(row["exact"]), row["currency"]).amount)}


def splits(row: Row) -> Row:
    """Splits"""
    amount, currency = row["amount"].split()
    weights = [Decimal(weight) for weight in items(row["weights"], ",")]
    parts = split(Money(Decimal(amount), currency), weights)
    return {"parts": listed(part.amount for part in parts)}


def periods_from_the_start_day(row: Row) -> Row:
    """Periods from the start day"""
    period = period_number(day(row["anchor"]), int(row["months"]), int(row["number"]))
    return {"first day": str(period.start), "last day": str(period.end - timedelta(days=1))}


def due_periods(row: Row) -> Row:
    """Due periods"""
    made = agreement(
        active=days(row["agreement"]),
        months=int(row["months"]),
        timing=Timing(row["timing"]),
        anchor=optional_day(row["anchor"]),
    )
    last = optional_day(row["issued until"])
    until = last + timedelta(days=1) if last else None
    found = due(made, day(row["on"]), issued_until=until)
    return {"due (first days)": listed(period.start for period in found)}


def allowances(row: Row) -> Row:
    """Allowances"""
    works = []
    for number, item in enumerate(items(row["work"])):
        on, spent = item.split(": ")
        minutes, _, rate_class = spent.partition(" ")
        works.append(Work(f"t{number}", day(on), int(minutes), rate_class or "remote"))
    outcome = draw([_pool(item) for item in items(row["pools"])], works)
    drawn: dict[str, int] = {}
    for each in outcome.draws:
        drawn[each.pool_key] = drawn.get(each.pool_key, 0) + each.minutes
    return {
        "drawn": listed(f"{key} {minutes}" for key, minutes in drawn.items()),
        "left": listed(f"{key} {minutes}" for key, minutes in _by_row(row, outcome.left)),
        "to bill": str(sum(outcome.unpaid.values())),
    }


def _by_row(row: Row, left: dict[str, int]) -> list[tuple[str, int]]:
    names = [item.split(":")[0] for item in items(row["pools"])]
    return sorted(left.items(), key=lambda item: (names.index(item[0].split()[0]), item[0]))


def _pool(text: str) -> Pool:
    key, rest = text.split(": ")
    rest, _, only = rest.partition(" only ")
    rest, _, carried = rest.partition(" carry ")
    minutes, valid = split_days(rest)
    carry = None
    if carried:
        limit, until = carried.split(" to ")
        end = day(until) + timedelta(days=1)
        carry = Carry(end, None if limit == "all" else int(limit))
    monthly = minutes.endswith(" monthly")
    kind = PoolKind.MONTHLY if monthly else PoolKind.OTHER
    only_for = frozenset([only] if only else [])
    return Pool(key, kind, valid, int(minutes.removesuffix(" monthly")), only_for, carry)


def taxes(row: Row) -> Row:
    """Taxes"""
    lines = []
    for number, item in enumerate(items(row["lines"])):
        net, category = item.split()
        lines.append(Taxable(f"line {number}", category, _eur(net)))
    try:
        taxed = tax(
            lines,
            [_rate(item) for item in items(row["rates"])],
            region="here",
            on=day(row["on"]),
            currency=EUR,
            liability=Liability(row["liability"]),
            rounding=RoundTax(row["rounding"]),
        )
    except NoTaxRate:
        return {"line taxes": "no rate", "gross": "no rate"}
    assert sum(each.amount.amount for each in taxed.breakdown) == taxed.tax.amount
    return {
        "line taxes": listed(each.amount.amount for each in taxed.taxes),
        "gross": str(taxed.gross.amount),
    }


def _rate(text: str) -> TaxRate:
    active = ALWAYS
    if text.count("-") or " from " in text:
        text, active = split_days(text)
    name, category, percent = text.split()
    return TaxRate(name, category, "here", Decimal(percent), active)


def credit_notes(row: Row) -> Row:
    """Credit notes"""
    invoice = []
    for item in items(row["invoice"]):
        key, net, _, levied = item.split()
        invoice.append(Charged(key, _eur(net), (Levy("VAT", Decimal(20), _eur(levied)),)))
    already: list[CreditNote] = []
    for item in items(row["already credited"], ","):
        already.append(_credit(invoice, item, already))
    try:
        note = _credit(invoice, row["credit"], already)
    except OverCredit:
        return {"net": "too much", "tax": "too much"}
    assert note.gross == note.net + note.tax
    return {"net": str(note.net.amount), "tax": str(note.tax.amount)}


def _credit(invoice: list[Charged], text: str, already: list[CreditNote]) -> CreditNote:
    if text == "all":
        return credit(invoice, already=already)
    key, amount = text.split()
    return credit(invoice, amounts={key: _eur(amount)}, already=already)


def allocation(row: Row) -> Row:
    """Allocation"""
    debts = []
    for item in items(row["debts"]):
        key, on, amount = item.split()
        debts.append(Debt(key, day(on), _eur(amount)))
    found = allocate(_eur(row["payment"]), debts, chosen=items(row["chosen"], ","))
    paid = (f"{key} {amount.amount}" for key, amount in found.paid.items())
    return {"paid": listed(paid), "credit": str(found.credit.amount)}


def aging(row: Row) -> Row:
    """Aging"""
    return {"bucket": bucket(day(row["due"]), day(row["today"])).value}


def late_fees(row: Row) -> Row:
    """Late fees"""
    most = None if row["at most"] == NOTHING else Decimal(row["at most"])
    policy = LateFee(Decimal(row["% a year"]), Decimal(row["flat"]), int(row["grace days"]), most)
    debt = Debt("INV-1", day(row["due"]), _eur(row["open"]))
    return {"fee": str(late_fee(policy, debt, day(row["today"])).amount)}


def monthly_values(row: Row) -> Row:
    """Monthly value"""
    value = monthly_value(monthly_agreement(row), Facts(), day("2025-11-15"))
    return {"monthly value": str(value)}


def movements(row: Row) -> Row:
    """Movement of recurring revenue"""
    then, now = (
        {item.split()[0]: Fraction(item.split()[1]) for item in items(row[name])}
        for name in ("before", "after")
    )
    found = movement(then, now)
    return {name: str(getattr(found, name)) for name in ("new", "grown", "shrunk", "lost")}
