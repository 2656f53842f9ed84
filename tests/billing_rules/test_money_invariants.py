"""What holds for every amount: taxes, splits, credit notes, payments, revenue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing_rules.made import ALWAYS, LONG_AGO
from treasury.billing_rules.credit_notes import Charged, CreditNote, Levy, OverCredit, credit
from treasury.billing_rules.money import Money, rounded, split, total
from treasury.billing_rules.payments import Debt, aged, allocate
from treasury.billing_rules.revenue import movement
from treasury.billing_rules.taxes import RoundTax, Taxable, TaxRate, tax

few = settings(max_examples=80, deadline=None)
signed = st.decimals(-1000, 1000, places=2).map(lambda amount: Money(amount, "EUR"))
positive = st.decimals("0.01", 1000, places=2).map(lambda amount: Money(amount, "EUR"))
percents = st.decimals(0, 30, places=3)


@few
@given(signed, st.lists(st.decimals(0, 9, places=2), min_size=1, max_size=6).filter(any))
def test_parts_sum_to_the_whole_and_none_is_a_unit_off(
    amount: Money, weights: list[Decimal]
) -> None:
    parts = split(amount, weights)
    assert total(parts, "EUR") == amount
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(amount.amount) * Fraction(weight) / Fraction(sum(weights))
        assert abs(Fraction(part.amount) - exact) < Fraction(1, 100)
    assert split(-amount, weights) == [-part for part in parts]


@few
@given(st.lists(signed, max_size=6), percents, percents, st.sampled_from(RoundTax))
def test_net_and_taxes_make_the_gross(
    nets: list[Money], state: Decimal, city: Decimal, rounding: RoundTax
) -> None:
    lines = [Taxable(f"l{n}", "std", net) for n, net in enumerate(nets)]
    rates = [TaxRate(n, "std", "US", p, ALWAYS) for n, p in (("State", state), ("City", city))]
    taxed = tax(lines, rates, region="US", on=LONG_AGO, currency="EUR", rounding=rounding)
    assert total([*nets, *(each.amount for each in taxed.taxes)], "EUR") == taxed.gross
    assert len(taxed.taxes) == 2 * len(lines)
    assert total((row.amount for row in taxed.breakdown), "EUR") == taxed.tax
    if rounding is RoundTax.PER_INVOICE:
        for row in taxed.breakdown:
            exact = Fraction(row.base.amount) * Fraction(row.percent) / 100
            assert row.amount == rounded(exact, "EUR")


@st.composite
def invoices(draw: st.DrawFn) -> list[Charged]:
    """An invoice with one to four lines, some of them negative, and one or two taxes."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        net = draw(signed)
        levies = tuple(
            Levy(name, percent, rounded(Fraction(net.amount) * Fraction(percent) / 100, "EUR"))
            for name, percent in (("State", Decimal("4.5")), ("City", Decimal("2.25")))
        )
        lines.append(Charged(f"l{number}", net, levies))
    return lines


@few
@given(invoices())
def test_an_invoice_and_its_credit_note_make_nothing(invoice: list[Charged]) -> None:
    if not any(line.net for line in invoice):
        return
    note = credit(invoice)
    billed = [line.net for line in invoice] + [v.amount for x in invoice for v in x.levies]
    assert total(billed, "EUR") + note.gross == Money(Decimal(0), "EUR")
    with pytest.raises(OverCredit):
        credit(invoice, already=[note])


@few
@given(invoices(), st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_partial_credit_notes_sum_to_the_invoice_and_never_to_more(
    invoice: list[Charged], shares: list[int]
) -> None:
    notes: list[CreditNote] = []
    left = {line.key: line.net for line in invoice}
    for share in shares:
        part = {
            key: rounded(Fraction(amount.amount) * share / 100, "EUR")
            for key, amount in left.items()
        }
        if any(part.values()):
            notes.append(credit(invoice, amounts=part, already=notes))
            left = {key: amount - part[key] for key, amount in left.items()}
        given_back = _tax(notes, "l0")
        billed = total((levy.amount for levy in invoice[0].levies), "EUR")
        assert abs(given_back) <= abs(billed)
    try:
        notes.append(credit(invoice, already=notes))
    except OverCredit:
        assert not any(left.values())
    for line in invoice:
        if line.net:
            assert _tax(notes, line.key) == -total((levy.amount for levy in line.levies), "EUR")


def _tax(notes: list[CreditNote], key: str) -> Money:
    lines = [line for note in notes for line in note.lines if line.key == key]
    return total((levy.amount for line in lines for levy in line.levies), "EUR")


debts = st.lists(st.tuples(st.integers(0, 200), positive), max_size=6).map(
    lambda rows: [
        Debt(f"INV-{n}", date(2025, 6, 1) + timedelta(days=days), amount)
        for n, (days, amount) in enumerate(rows)
    ]
)


@few
@given(positive, debts)
def test_allocation_conserves_money_and_pays_the_oldest_first(
    payment: Money, owed: list[Debt]
) -> None:
    found = allocate(payment, owed)
    assert total([*found.paid.values(), found.credit], "EUR") == payment
    assert found.credit.amount >= 0
    in_order = sorted(owed, key=lambda debt: (debt.due, debt.key))
    unpaid = [debt for debt in in_order if found.paid.get(debt.key) != debt.open]
    assert not any(debt.key in found.paid for debt in unpaid[1:])
    assert not (unpaid and found.credit)
    assert found == allocate(payment, list(reversed(owed)))


@few
@given(debts, st.integers(0, 400))
def test_aged_debts_sum_to_all_that_is_open(owed: list[Debt], after: int) -> None:
    buckets = aged(owed, date(2025, 6, 1) + timedelta(days=after), "EUR")
    assert total(buckets.values(), "EUR") == total((debt.open for debt in owed), "EUR")
    assert len(buckets) == 5


values = st.dictionaries(
    st.sampled_from("abcdef"), st.fractions(min_value=0, max_value=500), max_size=6
)


@few
@given(values, values)
def test_movement_leads_from_before_to_after(
    before: dict[str, Fraction], after: dict[str, Fraction]
) -> None:
    moved = movement(before, after)
    assert moved.before + moved.new + moved.grown - moved.shrunk - moved.lost == moved.after
    assert min(moved.new, moved.grown, moved.shrunk, moved.lost) >= 0
