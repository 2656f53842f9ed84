"""Issuing: numbers without gaps, the client as of that day, and nothing altered ever after."""

from __future__ import annotations

import uuid
from datetime import date
from functools import partial
from threading import Event

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.treasury.people import ACME, ACME_TODAY, GLOBEX, agreement, draft, invoices, issued
from tests.treasury.threads import at_once
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import NotADraft, issue
from treasury.invoices.models import Invoice, InvoiceLine, Series

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 3)


def test_an_issued_invoice_has_its_number_dates_and_client():
    made = draft()
    made.agreement.payment_days = 14
    made.agreement.po_number = "PO-7"
    made.agreement.save()
    row = issue(made, client=ACME_TODAY, today=TODAY, by=None)
    row.refresh_from_db()
    assert row.label == "INV-00001"
    assert (row.issued_on, row.due_on, row.po_number) == (TODAY, date(2025, 11, 17), "PO-7")
    assert row.client["legal_name"] == "Acme Ltd"


def test_an_invoice_is_issued_once():
    first = issued()
    with pytest.raises(NotADraft, match="INV-00001 has been issued already"):
        issue(first, client=ACME_TODAY, today=TODAY, by=None)


def test_a_transaction_that_fails_leaves_no_gap():
    first, second = draft(ACME), draft(GLOBEX)
    with transaction.atomic():
        issue(first, client=ACME_TODAY, today=TODAY, by=None)
        transaction.set_rollback(True)
    assert issue(second, client=ACME_TODAY, today=TODAY, by=None).number == 1


def drafts(count: int) -> list[Invoice]:
    for _ in range(count):
        agreement(uuid.uuid4())
    return invoices(draft_due(today=date(2025, 11, 1), by=None).drafted)


def test_ten_threads_issue_without_a_gap(several_threads):
    rows = drafts(30)

    def issue_three(mine: list[Invoice]) -> list[int | None]:
        return [issue(row, client=ACME_TODAY, today=TODAY, by=None).number for row in mine]

    at_once([partial(issue_three, rows[start::10]) for start in range(10)])
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 31))


def test_ten_threads_issue_the_same_invoice_once(several_threads):
    (row,) = drafts(1)

    def attempt() -> bool:
        try:
            issue(row, client=ACME_TODAY, today=TODAY, by=None)
        except NotADraft:
            return False
        return True

    assert sorted(at_once([attempt] * 10)) == [False] * 9 + [True]
    assert Series.objects.get().last_number == 1


ALTERATIONS = """
UPDATE invoices_invoice SET net = net + 1
UPDATE invoices_invoice SET client = jsonb_build_object('name', 'Globex')
UPDATE invoices_invoice SET number = 7
UPDATE invoices_invoice SET status = 'draft'
UPDATE invoices_invoice SET status='draft', number=NULL, issued_on=NULL, due_on=NULL, client=NULL
DELETE FROM invoices_invoice
TRUNCATE invoices_invoice CASCADE
TRUNCATE invoices_invoiceline
DELETE FROM invoices_invoiceline
UPDATE invoices_invoiceline SET amount = 0
UPDATE invoices_invoiceline SET explanation = '{}'
INSERT INTO invoices_invoiceline SELECT 9, 9, 'x', 'Discount', -90, '{}', id FROM invoices_invoice
"""


@pytest.mark.parametrize("statement", ALTERATIONS.strip().splitlines())
def test_sql_cannot_alter_what_is_issued(statement):
    before = issued()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE waits for the commit
        with pytest.raises(IntegrityError, match="issued"), transaction.atomic():
            cursor.execute(statement)
    after = Invoice.objects.get()
    assert (after.net, after.status, after.client) == (before.net, "issued", before.client)
    assert InvoiceLine.objects.get().amount == before.net


def test_a_line_cannot_be_moved_out_of_an_issued_invoice_or_into_one():
    first, second = issued(ACME), draft(GLOBEX)
    for line, target in ((first.lines.get(), second), (second.lines.get(), first)):
        with pytest.raises(DatabaseError, match="issued"), transaction.atomic():
            InvoiceLine.objects.filter(pk=line.pk).update(invoice=target, position=9)


def test_the_status_of_an_issued_invoice_goes_on_and_drafts_may_be_deleted():
    first, second = issued(ACME), draft(GLOBEX)
    Invoice.objects.filter(pk=first.pk).update(status="sent")
    second.delete()
    assert Invoice.objects.get().status == "sent"


def test_a_line_cannot_slip_in_while_the_invoice_is_being_issued(several_threads):
    (row,) = drafts(1)
    locked, never = Event(), Event()

    def issue_slowly() -> str:
        with transaction.atomic():
            issue(row, client=ACME_TODAY, today=TODAY, by=None)
            locked.set()
            never.wait(timeout=0.5)  # the other one is waiting by then, or has slipped in
        return "issued"

    def add_a_line() -> str:
        locked.wait(timeout=20)
        try:
            InvoiceLine.objects.create(
                invoice=row, position=9, identity="x", description="x", amount=1, explanation={}
            )
        except IntegrityError:
            return "refused"
        return "slipped in"

    assert at_once([issue_slowly, add_a_line]) == ["issued", "refused"]
