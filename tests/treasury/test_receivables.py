"""Statements and aged receivables: in order, to the cent, on any day, without a query a client."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.treasury.money import ISSUED, billed, euros, paid
from tests.treasury.people import ACME, GLOBEX
from treasury.billing_rules.money import Money, total
from treasury.billing_rules.payments import Bucket, Debt, aged
from treasury.invoices.credit_notes import issue_credit_note
from treasury.invoices.models import Invoice
from treasury.payments import operations, reversals
from treasury.receivables.aging import aged_receivables, totals
from treasury.receivables.statements import statements

pytestmark = pytest.mark.django_db
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
LATER = date(2025, 12, 10)


def a_year_of_acme() -> None:
    invoice = billed("100.00")
    issue_credit_note(
        invoice, amounts={"line-1": euros("10.00")}, reason="Late", today=date(2025, 11, 5), by=None
    )
    bounced = paid("50.00", on=date(2025, 11, 6), reference="Rent")
    reversals.reverse_payment(bounced, day=date(2025, 11, 8), reason="Bounced", by=None)
    paid("120.00", on=date(2025, 11, 20))
    operations.refund(
        operations.Back(uuid.uuid4(), ACME, "Acme", date(2025, 11, 25), euros("2.00")), by=None
    )
    other = billed("1.00", on=date(2025, 12, 1))
    operations.write_off(other, amount=euros("0.50"), reason="Small", day=LATER, by=None)


def test_a_statement_has_every_movement_in_order_with_a_running_balance():
    a_year_of_acme()
    (found,) = statements(ACME, *YEAR)
    assert [(row.entry.what, str(row.balance.amount)) for row in found.rows] == [
        ("Invoice INV-00001", "120.00"),
        ("Credit note CRN-00001", "108.00"),
        ("Payment", "58.00"),
        ("Payment reversed", "108.00"),
        ("Payment", "-12.00"),
        ("Refund", "-10.00"),
        ("Invoice INV-00002", "-8.80"),
        ("Written off of INV-00002", "-9.30"),
    ]
    assert (found.opening, found.closing) == (euros("0.00"), euros("-9.30"))


def test_what_was_before_is_the_opening_balance_and_days_include_both_ends():
    a_year_of_acme()
    (found,) = statements(ACME, date(2025, 11, 8), date(2025, 11, 20))
    assert (found.opening, found.closing) == (euros("58.00"), euros("-12.00"))
    assert [row.entry.day.day for row in found.rows] == [8, 20]


def test_currencies_stand_apart_and_so_do_clients():
    billed("100.00")
    billed("7.00", currency="USD")
    billed("9.00", company=GLOBEX)
    found = statements(ACME, *YEAR)
    assert [(each.currency, each.closing.amount) for each in found] == [
        ("EUR", Decimal("120.00")),
        ("USD", Decimal("8.40")),
    ]


def test_a_statement_costs_the_same_for_many_movements(django_assert_num_queries):
    for _ in range(3):
        a_year_of_acme()
    with django_assert_num_queries(4):
        statements(ACME, *YEAR)


def some_debts() -> None:
    for late in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 400):
        billed("10.00", on=LATER - timedelta(days=late + 400), days=400)
        billed("5.00", company=GLOBEX, on=LATER - timedelta(days=late + 400), days=400)
    billed("3.00", currency="USD", on=ISSUED)


def test_buckets_are_those_of_the_rules_and_sum_to_what_is_open():
    some_debts()
    paid("25.00", on=ISSUED)
    rows = {(row.company_id, row.currency): row for row in aged_receivables(LATER, LATER)}
    for (company, currency), row in rows.items():
        debts = [
            Debt(each.label, each.due_on, Money(each.open, currency))
            for each in Invoice.objects.filter(company_id=company, currency=currency)
        ]
        assert dict(row.buckets) == aged(debts, LATER, currency)
    for row in totals(rows.values()):
        opened = [
            Money(each.open, each.currency)
            for each in Invoice.objects.filter(currency=row.currency)
        ]
        assert row.owed == total(opened, row.currency)


def test_as_of_a_past_day_what_came_later_has_not_happened():
    invoice = billed("100.00", on=ISSUED)
    payment = paid("150.00", on=date(2025, 11, 20))
    reversals.reverse_payment(payment, day=date(2025, 12, 1), reason="Bounced", by=None)
    seen = {}
    for day in (date(2025, 11, 2), ISSUED, date(2025, 11, 25), date(2025, 12, 1)):
        seen[day.isoformat()] = [
            (str(row.owed.amount), str(row.credit.amount)) for row in aged_receivables(day, LATER)
        ]
    assert seen == {
        "2025-11-02": [],
        "2025-11-03": [("120.00", "0.00")],
        "2025-11-25": [("0.00", "30.00")],
        "2025-12-01": [("120.00", "0.00")],
    }
    (today,) = aged_receivables(LATER, LATER)
    assert today.buckets[Bucket.TO_30] == euros(invoice.gross)


def test_credit_notes_that_are_not_used_are_credit():
    invoice = billed("100.00")
    paid("120.00")
    issue_credit_note(invoice, amounts=None, reason="Wrong", today=LATER, by=None)
    (row,) = aged_receivables(LATER, LATER)
    assert (row.owed, row.credit) == (euros("0.00"), euros("120.00"))


@pytest.mark.parametrize("on", [LATER, ISSUED])
def test_receivables_cost_three_queries_however_many_clients(on, django_assert_num_queries):
    for _ in range(5):
        billed("1.00", company=uuid.uuid4())
    with django_assert_num_queries(3):
        aged_receivables(on, LATER)
