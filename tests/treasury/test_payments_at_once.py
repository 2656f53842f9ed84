"""Two clerks and the same money at the same moment; and any sequence of steps adds up."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.treasury.money import ISSUED, billed, euros, money, paid, state
from tests.treasury.people import ACME, GLOBEX
from tests.treasury.threads import at_once
from treasury.invoices.credit_notes import CannotCredit, issue_credit_note, standing
from treasury.invoices.models import Invoice
from treasury.payments import accounts, operations, reversals
from treasury.payments.models import Allocation, Payment, Refund
from treasury.receivables.aging import aged_receivables
from treasury.receivables.statements import statements

pytestmark = pytest.mark.django_db
TODAY = date(2025, 12, 1)


def tried(work, *refusals: type[Exception]) -> str:
    try:
        work()
    except refusals:
        return "refused"
    return "done"


def test_two_clerks_cannot_use_the_same_credit(several_threads):
    paid("100.00")
    invoices = [billed("100.00"), billed("100.00")]
    works = [
        lambda row=row: tried(
            lambda: operations.use_credit(row, today=TODAY, by=None), operations.NotPossible
        )
        for row in invoices
    ]
    assert sorted(at_once(works)) == ["done", "refused"]
    assert sum(state(row)[1] for row in invoices) == 140


def test_two_clerks_who_pay_one_invoice_leave_the_rest_as_credit(several_threads):
    invoice = billed("100.00")
    works = [lambda: operations.record(money("100.00"), by=None) for _ in range(2)]
    at_once(works)
    assert state(invoice) == ("paid", 0)
    assert accounts.credit_total(ACME, "EUR") == euros("80.00")


def test_even_by_sql_one_payment_is_not_allocated_twice(several_threads):
    invoices = [billed("100.00"), billed("100.00")]
    payment = Payment.objects.create(
        company_id=ACME, client_name="Acme", amount=100, currency="EUR", received_on=ISSUED
    )

    def allocate(row: Invoice) -> str:
        def write() -> None:
            with transaction.atomic():
                Allocation.objects.create(
                    payment=payment, invoice=row, amount=Decimal(60), day=ISSUED
                )

        return tried(write, IntegrityError)

    assert sorted(at_once([lambda row=row: allocate(row) for row in invoices])) == [
        "done",
        "refused",
    ]
    payment.refresh_from_db()
    assert payment.unused == 40


def test_a_form_sent_twice_at_once_is_one_payment(several_threads):
    received = money("10.00")
    works = [
        lambda: tried(lambda: operations.record(received, by=None), operations.AlreadyRecorded)
        for _ in range(3)
    ]
    assert sorted(at_once(works)) == ["done", "refused", "refused"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["bill", "pay", "credit", "reverse", "write off", "use", "refund", "undo"]),
        st.integers(min_value=1, max_value=20_000),
        st.sampled_from([ACME, GLOBEX]),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_is_done_in_whatever_order_every_cent_is_accounted_for(db, steps):
    with transaction.atomic():
        for step, cents, company in [("bill", 5000, ACME), ("bill", 9999, GLOBEX), *steps]:
            tried(
                lambda s=step, c=cents, w=company: STEP[s](euros(Decimal(c) / 100), w),
                operations.NotPossible,
                CannotCredit,
            )
        _everything_adds_up()
        transaction.set_rollback(True)


def _bill(amount, company):
    billed(str(amount.amount), company=company)


def _pay(amount, company):
    paid(str(amount.amount), company=company)


def _credit(amount, company):
    row = _first(Invoice.objects.filter(kind="invoice"), company, amount)
    left = standing(row).lines[0].left
    issue_credit_note(row, amounts={"line-1": min(left, amount)}, reason="x", today=TODAY, by=None)


def _reverse(amount, company):
    row = _first(Payment.objects.standing(), company, amount)
    reversals.reverse_payment(row, day=TODAY, reason="x", by=None)


def _write_off(amount, company):
    row = _first(Invoice.objects.filter(open__gt=0), company, amount)
    part = min(amount, euros(row.open))
    operations.write_off(row, amount=part, reason="x", day=TODAY, by=None)


def _use(amount, company):
    row = _first(Invoice.objects.filter(open__gt=0), company, amount)
    operations.use_credit(row, today=TODAY, by=None)


def _refund(amount, company):
    back = operations.Back(uuid.uuid4(), company, "x", TODAY, amount)
    operations.refund(back, by=None)


def _undo(amount, company):
    rows = Allocation.objects.standing().filter(refund__isnull=True, invoice__company_id=company)
    chosen = list(rows.order_by("made_at"))
    if chosen:
        reversals.undo(chosen[int(amount.amount) % len(chosen)], day=TODAY, by=None)


def _first(rows, company, amount):
    found = list(rows.filter(company_id=company).order_by("pk"))
    if not found:
        raise operations.NotPossible("none")
    return found[int(amount.amount) % len(found)]


STEP = {
    "bill": _bill, "pay": _pay, "credit": _credit, "reverse": _reverse,
    "write off": _write_off, "use": _use, "refund": _refund, "undo": _undo,
}  # fmt: skip


def _everything_adds_up() -> None:
    standing_rows = Allocation.objects.standing()
    for row in Invoice.objects.all():
        used = (
            standing_rows.filter(credit=row) if row.gross < 0 else standing_rows.filter(invoice=row)
        )
        moved = used.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        assert row.open == (row.gross + moved if row.gross < 0 else row.gross - moved)
        assert (row.open <= 0) if row.gross < 0 else (0 <= row.open <= row.gross)
    for payment in Payment.objects.all():
        moved = standing_rows.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0
        assert payment.unused == (0 if payment.reversed_on else payment.amount - moved)
    billed_sum = Invoice.objects.aggregate(sum=Sum("gross"))["sum"]
    came = Payment.objects.standing().aggregate(sum=Sum("amount"))["sum"] or 0
    went = Refund.objects.standing().aggregate(sum=Sum("amount"))["sum"] or 0
    lost = standing_rows.filter(payment=None, credit=None).aggregate(sum=Sum("amount"))["sum"] or 0
    ledger = billed_sum - came + went - lost
    closing = [s.closing.amount for who in (ACME, GLOBEX) for s in statements(who, TODAY, TODAY)]
    assert sum(closing) == ledger, "the statements of all clients sum to the ledger"
    for day in (TODAY, TODAY + timedelta(days=1)):
        aged = aged_receivables(TODAY, day)  # kept with each document, or computed from allocations
        assert sum((each.owed - each.credit).amount for each in aged) == ledger
    unpaid = Invoice.objects.aggregate(sum=Sum("open"))["sum"]
    unused = Payment.objects.aggregate(sum=Sum("unused"))["sum"] or 0
    assert unpaid - unused == ledger
