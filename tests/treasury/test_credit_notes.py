"""Credit notes: never more than was billed, taxes mirrored, used for their invoice at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from tests.treasury.money import billed, draft_of, euros, paid, state
from tests.treasury.people import ACME, NOVEMBER, invoices, issued
from tests.treasury.threads import at_once
from treasury.invoices.credit_notes import CannotCredit, issue_credit_note, preview, standing
from treasury.invoices.drafts import draft_due
from treasury.invoices.models import Invoice, InvoiceLine
from treasury.payments import accounts

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 10)


def given_back(invoice: Invoice, amounts=None, reason="Billed twice", **fields) -> Invoice:
    return issue_credit_note(
        invoice, amounts=amounts, reason=reason, today=TODAY, by=None, **fields
    )


def test_a_whole_invoice_is_credited_with_its_taxes_and_is_settled():
    invoice = billed("100.00", "50.00")
    note = given_back(invoice)
    assert (note.label, note.kind, note.reason) == ("CRN-00001", "credit_note", "Billed twice")
    assert (note.net, note.tax, note.gross, note.open) == (-150, -30, -180, 0)
    assert (note.client, note.seller) == (invoice.client, invoice.seller)
    assert note.tax_breakdown == [
        {"code": "S", "name": "VAT", "percent": "20", "base": "-150.00", "amount": "-30.00"}
    ]
    assert state(invoice) == ("paid", 0)
    assert state(note) == ("paid", 0)


def test_a_part_is_credited_by_line_and_says_of_what():
    invoice = billed("100.00", "50.00")
    note = given_back(invoice, {"line-2": euros("20.00")})
    line = note.lines.get()
    assert (line.identity, line.description, line.amount) == ("line-2", "Thing 2", -20)
    assert line.taxes == [{"name": "VAT", "percent": "20", "amount": "-4.00"}]
    assert line.explanation["sentences"] == [
        "20.00 EUR of the 50.00 EUR on INV-00001; VAT 20 % as it was billed"
    ]
    assert state(invoice) == ("partly_paid", 156)
    again = given_back(invoice, {"line-2": euros("30.00")})
    assert (
        "of which 30.00 EUR had not been credited" in again.lines.get().explanation["sentences"][0]
    )
    assert again.number == 2


def test_partial_credit_notes_sum_to_exactly_what_was_billed():
    invoice = billed("10.00", percent=19)
    for amount in ("3.33", "3.33", "3.34"):
        given_back(invoice, {"line-1": euros(amount)})
    sums = [
        sum(getattr(note, name) for note in invoice.credit_notes.all()) for name in ("net", "tax")
    ]
    assert sums == [Decimal("-10.00"), Decimal("-1.90")]
    assert state(invoice) == ("paid", 0)


def test_never_more_than_was_billed():
    invoice = billed("100.00", "50.00")
    given_back(invoice, {"line-1": euros("40.00")})
    with pytest.raises(CannotCredit, match=r"60\.00 EUR of “Thing 1” is left to credit"):
        preview(invoice, amounts={"line-1": euros("60.01")})
    with pytest.raises(CannotCredit, match="no such line"):
        preview(invoice, amounts={"line-9": euros("1.00")})
    assert preview(invoice, amounts=None).net == euros("-110.00")
    given_back(invoice)
    with pytest.raises(CannotCredit, match="Nothing is left"):
        given_back(invoice)


def test_what_is_paid_already_becomes_credit_of_the_client():
    invoice = billed("100.00")
    paid("100.00")
    note = given_back(invoice)
    assert (note.status, note.open) == ("partly_paid", -100)
    assert accounts.credit_total(ACME, "EUR") == euros("100.00")


def test_drafts_credit_notes_and_what_gave_money_back_are_not_credited():
    note = given_back(billed("100.00"), {"line-1": euros("1.00")})
    for document in (draft_of("100.00"), note, billed("-5.00")):
        with pytest.raises(CannotCredit, match="Only an issued invoice"):
            standing(document)
    with pytest.raises(CannotCredit, match="ask for more"):
        preview(billed("100.00", "-40.00"), amounts={"line-2": euros("-40.00")})


def test_a_form_sent_twice_is_one_credit_note():
    invoice = billed("100.00")
    given_back(invoice, {"line-1": euros("10.00")}, seen=euros("0"))
    with pytest.raises(CannotCredit, match="credited meanwhile"):
        given_back(invoice, {"line-1": euros("10.00")}, seen=euros("0"))


def test_a_reason_is_required():
    with pytest.raises(CannotCredit, match="Say why"):
        given_back(billed("1.00"), reason="  ")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices_invoice SET reason = 'x' WHERE kind = 'credit_note'",
        "DELETE FROM invoices_invoice WHERE kind = 'credit_note'",
        "UPDATE invoices_invoiceline SET amount = -1 WHERE amount < 0",
    ],
)
def test_a_credit_note_cannot_be_altered(statement):
    given_back(billed("100.00"))
    with pytest.raises(IntegrityError, match="issued"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_line_is_added_to_a_credit_note():
    note = given_back(billed("100.00"))
    with pytest.raises(IntegrityError, match="issued invoice"):
        InvoiceLine.objects.create(
            invoice=note, position=9, identity="x", description="x", amount=-1, explanation={}
        )


def test_reverse_charge_is_mirrored_without_tax():
    invoice = billed("100.00", percent=0)
    note = given_back(invoice, {"line-1": euros("40.00")})
    assert (note.net, note.tax) == (-40, 0)
    assert note.tax_breakdown[0]["base"] == "-40.00"


def test_what_was_given_back_in_grace_is_not_billed_again_next_month():
    invoice = issued()
    given_back(invoice)
    (following,) = invoices(draft_due(today=date(2025, 12, 1), by=None).drafted)
    assert following.period_start == date(2025, 12, 1) != NOVEMBER
    assert following.net == invoice.net
    assert following.lines.count() == 1


def test_two_clerks_cannot_credit_one_line_twice(several_threads):
    invoice = billed("100.00")

    def attempt() -> str:
        try:
            return given_back(invoice, {"line-1": euros("60.00")}).label
        except CannotCredit:
            return "refused"

    assert sorted(at_once([attempt] * 4)) == ["CRN-00001", *["refused"] * 3]
    assert state(invoice) == ("partly_paid", 48)
