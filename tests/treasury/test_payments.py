"""Payments: what they pay, what stays as credit, what is refused, and taking them back."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.treasury.money import ISSUED, billed, draft_of, euros, money, paid, state
from tests.treasury.people import ACME, GLOBEX
from treasury.invoices.models import Invoice
from treasury.payments import accounts, operations, reversals
from treasury.payments.models import Allocation, Payment, Refund

pytestmark = pytest.mark.django_db
LATER = date(2025, 11, 20)


def credit(company: uuid.UUID = ACME) -> Decimal:
    return accounts.credit_total(company, "EUR").amount


def back(amount: str, on: date = LATER) -> operations.Back:
    return operations.Back(uuid.uuid4(), ACME, "Acme", on, euros(amount))


def test_a_payment_pays_the_oldest_invoice_first_and_statuses_follow():
    newer, older = billed("100.00", days=30), billed("100.00", days=10)
    payment = paid("150.00")
    assert state(older) == ("paid", 0)
    assert state(newer) == ("partly_paid", 90)
    assert (payment.unused, credit()) == (0, 0)


def test_a_chosen_invoice_is_paid_before_older_ones():
    older, chosen = billed("100.00", days=10), billed("100.00", days=30)
    paid("130.00", chosen)
    assert state(chosen) == ("paid", 0)
    assert state(older) == ("partly_paid", 110)


def test_what_is_too_much_is_credit_and_pays_the_next_invoice():
    first = billed("100.00")
    payment = paid("150.00")
    assert state(first) == ("paid", 0)
    assert credit() == 30
    second = billed("100.00")
    used = operations.use_credit(second, today=LATER, by=None)
    assert (used.amount, credit()) == (30, 0)
    assert state(second) == ("partly_paid", 90)
    payment.refresh_from_db()
    assert payment.unused == 0
    with pytest.raises(operations.NotPossible, match="no credit"):
        operations.use_credit(second, today=LATER, by=None)


def test_a_bounced_payment_opens_its_invoices_again_and_stays_on_record():
    invoice = billed("100.00")
    Invoice.objects.filter(pk=invoice.pk).update(status="sent")
    payment = paid("150.00")
    assert state(invoice) == ("paid", 0)
    reversals.reverse_payment(payment, day=LATER, reason="Bounced", by=None)
    assert state(invoice) == ("sent", 120), "as it was, not merely issued"
    payment.refresh_from_db()
    assert (payment.unused, payment.reversed_on, credit()) == (0, LATER, 0)
    assert Allocation.objects.get().undone_on == LATER
    with pytest.raises(operations.NotPossible, match="reversed already"):
        reversals.reverse_payment(payment, day=LATER, reason="Again", by=None)


def test_a_rest_is_written_off_with_a_reason_and_that_can_be_undone():
    invoice = billed("100.00")
    paid("119.99")
    with pytest.raises(operations.NotPossible, match="Say why"):
        operations.write_off(invoice, amount=euros("0.01"), reason=" ", day=LATER, by=None)
    with pytest.raises(operations.NotPossible, match=r"0\.01 EUR is open"):
        operations.write_off(invoice, amount=euros("0.02"), reason="Cent", day=LATER, by=None)
    row = operations.write_off(invoice, amount=euros("0.01"), reason="Cent", day=LATER, by=None)
    assert state(invoice) == ("paid", 0)
    reversals.undo(row, day=LATER, by=None)
    assert state(invoice) == ("partly_paid", Decimal("0.01"))


def test_a_refund_pays_credit_back_and_never_more_than_there_is():
    paid("100.00", on=ISSUED)
    with pytest.raises(operations.NotPossible, match=r"has 100\.00 EUR of credit"):
        operations.refund(back("100.01"), by=None)
    with pytest.raises(operations.NotPossible, match=r"0\.00 EUR of credit on that day"):
        operations.refund(back("1.00", on=date(2025, 11, 2)), by=None)
    row = operations.refund(back("60.00"), by=None)
    assert credit() == 40
    payment = Payment.objects.get()
    with pytest.raises(operations.NotPossible, match="Reverse that refund first"):
        reversals.reverse_payment(payment, day=LATER, reason="Bounced", by=None)
    reversals.reverse_refund(row, day=LATER, reason="Came back", by=None)
    assert credit() == 100
    reversals.reverse_payment(payment, day=LATER, reason="Bounced", by=None)
    assert credit() == 0


def test_a_form_sent_twice_is_one_payment_and_so_is_a_booking_of_the_bank():
    received = money("10.00", bank_reference="2025-1103-7")
    operations.record(received, by=None)
    with pytest.raises(operations.AlreadyRecorded):
        operations.record(received, by=None)
    with pytest.raises(operations.AlreadyRecorded, match="2025-1103-7 has been recorded"):
        operations.record(money("11.00", bank_reference="2025-1103-7"), by=None)
    with pytest.raises(IntegrityError, match="payment_once"):
        Payment.objects.create(
            company_id=ACME, amount=1, currency="EUR", received_on=ISSUED,
            bank_reference="2025-1103-7",
        )  # fmt: skip


def test_money_in_another_currency_pays_nothing_of_an_invoice():
    invoice = billed("100.00")
    paid("100.00", currency="USD")
    assert state(invoice) == ("issued", 120)
    with pytest.raises(operations.NotPossible, match="chosen invoices"):
        paid("100.00", invoice, currency="USD")


def test_every_step_is_kept_in_the_history():
    payment = paid("10.00")
    reversals.reverse_payment(payment, day=LATER, reason="Bounced", by=None)
    labels = payment.events.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert", "update"]
    with pytest.raises(DatabaseError), transaction.atomic():
        payment.events.all().delete()


REFUSED = {
    "more than the payment": ("payment_unused", {"amount": Decimal("50.01")}),
    "nothing": ("allocation_amount", {"amount": Decimal(0)}),
    "less than nothing": ("allocation_amount", {"amount": Decimal(-1)}),
    "no source and no reason": ("allocation_source", {"payment": None}),
    "a write-off of a payment": ("allocation_source", {"reason": "x"}),
    "no target": ("allocation_target", {"invoice": None}),
    "before the money came": ("not before", {"day": date(2025, 11, 2)}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_database_refuses_an_allocation_of(case):
    constraint, fields = REFUSED[case]
    payment = paid("50.00")
    plain = {"payment": payment, "invoice": billed("100.00"), "amount": Decimal(1), "day": ISSUED}
    with pytest.raises(IntegrityError, match=constraint):
        Allocation.objects.create(**{**plain, **fields})


def test_the_database_refuses_to_pay_too_much_drafts_other_companies_and_currencies():
    payment = paid("500.00")
    wrong = [
        (billed("100.00"), "120.01", "invoice_open"),
        (draft_of("100.00"), "1.00", "draft"),
        (billed("100.00", company=GLOBEX), "1.00", "another"),
        (billed("100.00", currency="USD"), "1.00", "another"),
        (billed("-10.00"), "1.00", "Nothing is owed"),
    ]
    for invoice, amount, message in wrong:
        with pytest.raises(IntegrityError, match=message), transaction.atomic():
            Allocation.objects.create(
                payment=payment, invoice=invoice, amount=Decimal(amount), day=ISSUED
            )


SQL = """
UPDATE payments_payment SET amount = 1
UPDATE payments_payment SET company_id = gen_random_uuid()
DELETE FROM payments_payment
UPDATE payments_payment SET reversed_on = '2025-12-01', reversal_reason = 'x'
UPDATE payments_allocation SET amount = 1
DELETE FROM payments_allocation
TRUNCATE payments_payment CASCADE
UPDATE payments_refund SET amount = 1
DELETE FROM payments_refund
UPDATE payments_allocation SET undone_on = day WHERE refund_id IS NOT NULL
"""


@pytest.mark.parametrize("statement", SQL.strip().splitlines())
def test_sql_cannot_alter_what_was_recorded(statement):
    invoice = billed("100.00")
    paid("150.00")
    operations.refund(back("20.00"), by=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            cursor.execute(statement)
    assert (state(invoice), credit(), Refund.objects.get().amount) == (("paid", 0), 10, 20)


def test_what_is_open_and_unused_follows_from_allocations_whatever_sql_says():
    invoice = billed("100.00")
    payment = paid("50.00")
    Invoice.objects.filter(pk=invoice.pk).update(open=0, status="paid")
    Payment.objects.filter(pk=payment.pk).update(unused=50)
    payment.refresh_from_db()
    assert (state(invoice), payment.unused) == (("partly_paid", 70), 0)
