"""What the bank booked: read as banks write it, matched, and never recorded twice."""

from __future__ import annotations

import re
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.money import billed, paid, state
from tests.treasury.people import GLOBEX, signed_in
from treasury.payments import bank_import
from treasury.payments.bank_import import import_all
from treasury.payments.bank_rows import Booking, Unreadable, Wrong, read
from treasury.payments.models import Payment

HEADER = "day,amount,currency,name,reference,bank reference\n"


TODAY = date(2025, 12, 1)


def match(rows, chosen):
    return bank_import.match(rows, chosen, today=TODAY)


def bookings(text: str) -> list[Booking]:
    return [row for row in read(text, "EUR") if isinstance(row, Booking)]


@pytest.mark.parametrize(
    ("day", "amount", "expected"),
    [
        ("2025-11-30", "1234.50", "1234.50"),
        ("30.11.2025", '"1.234,50"', "1234.50"),
        ("30/11/2025", '"1,234.50"', "1234.50"),
        ("30-11-2025", "€ 1 234.50", "1234.50"),
    ],
)
def test_days_and_amounts_are_read_as_banks_write_them(day, amount, expected):
    (row,) = bookings(f"Date,Amount\n{day},{amount}")
    assert (row.day, row.amount.amount) == (date(2025, 11, 30), Decimal(expected))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("31.02.2025,5,EUR,,,", "is no day"),
        ("2025-11-30,five,EUR,,,", "is no amount"),
        ("2025-11-30,NaN,EUR,,,", "is no amount"),
        ("2025-11-30,1e99999,EUR,,,", "is no amount"),
        ("2025-11-30,-5,EUR,,,", "not money that came in"),
        ("2025-11-30,0.001,EUR,,,", "more places"),
        ("2025-11-30,5,EURO,,,", "ISO 4217"),
    ],
)
def test_a_row_that_is_no_payment_says_why_and_the_others_go_on(row, problem):
    found = read(HEADER + row + "\n2025-11-30,5,EUR,,,", "EUR")
    assert isinstance(found[0], Wrong)
    assert problem in found[0].problem
    assert found[0].row == 2
    assert isinstance(found[1], Booking)


@pytest.mark.parametrize("text", ["", "what is this", "day;betrag\n" + "2025-11-30;1\n" * 5001])
def test_a_file_that_is_none_is_refused_in_one_sentence(text):
    with pytest.raises(Unreadable):
        read(text, "EUR")


def test_two_bookings_alike_are_two_and_the_same_file_is_the_same():
    text = "day,amount,name\n2025-11-30,5,Acme\n2025-11-30,5,Acme\n"
    first, second = bookings(text)
    assert first.bank_reference != second.bank_reference
    assert [each.bank_reference for each in bookings(text)] == [
        first.bank_reference,
        second.bank_reference,
    ]


@pytest.mark.parametrize(
    "words", ["INV-00001", "inv 1", "Re: INV-1, thanks", "INV-00001/INV-00001"]
)
def test_an_invoice_number_is_found_in_a_reference(words):
    (row,) = bookings(HEADER + f'2025-11-30,5,EUR,,"{words}",')
    assert set(row.numbers) >= {("INV", 1)}


FILE = (
    HEADER
    + "2025-11-30,120.00,EUR,Acme Ltd,INV-00001 thank you,B1\n"
    + "2025-11-30,240.00,EUR,GLOBEX LOGISTICS,monthly,B2\n"
    + "2025-11-30,9.99,EUR,Nobody,?,B3\n"
    + "2025-11-30,-3.00,EUR,Bank,fee,B4\n"
)


@pytest.fixture
def invoices(db):
    return billed("100.00"), billed("200.00", company=GLOBEX)


def test_numbers_match_amounts_suggest_and_the_rest_is_left_out(invoices):
    first, second = invoices
    rows = match(read(FILE, "EUR"), {})
    assert [row.company_id for row in rows] == [first.company_id, None, None]
    assert rows[1].suggested == [(GLOBEX, "Globex")]
    done = import_all(rows, by=None)
    assert (done.recorded, done.left_out) == (1, 2)
    assert (state(first)[0], state(second)[0]) == ("paid", "issued")
    again = match(read(FILE, "EUR"), {rows[1].field_name: str(GLOBEX)})
    done = import_all(again, by=None)
    assert (done.recorded, done.known, done.left_out) == (1, 1, 1)
    assert state(second)[0] == "paid"
    third = import_all(match(read(FILE, "EUR"), {}), by=None)
    assert (third.recorded, third.known) == (0, 2)


def test_a_client_nobody_suggested_cannot_be_chosen(invoices):
    (row,) = match(read(HEADER + "2025-11-30,9.99,EUR,Nobody,?,B3", "EUR"), {})
    (again,) = match([row.booking], {row.field_name: str(GLOBEX)})
    assert again.company_id is None


def test_invoices_of_two_clients_or_another_currency_are_a_persons_business(invoices):
    billed("5.00", currency="USD")
    text = "2025-11-30,5,EUR,,INV-00001 INV-00002,X1\n2025-11-30,5,EUR,,INV-00003,X2"
    first, second = match(read(HEADER + text, "EUR"), {})
    assert (first.company_id, second.company_id) == (None, None)
    assert "different clients" in first.problem
    assert "is in USD" in second.problem


def test_money_of_tomorrow_is_left_out(invoices):
    (row,) = match(read(HEADER + "2025-12-02,120,EUR,,INV-1,Z1", "EUR"), {})
    assert (row.problem, row.company_id) == ("That day has not come yet.", None)
    assert import_all([row], by=None).left_out == 1


def test_matching_costs_the_same_for_many_rows(invoices, django_assert_num_queries):
    text = HEADER + "".join(f"2025-11-30,{n}.00,EUR,A,INV-{n},R{n}\n" for n in range(1, 200))
    with django_assert_num_queries(3):
        match(read(text, "EUR"), {})


def test_a_paid_invoice_named_again_makes_credit(invoices):
    paid("120.00", invoices[0])
    text = HEADER + "2025-11-30,120,EUR,,INV-1,Y1"
    assert import_all(match(read(text, "EUR"), {}), by=None).recorded == 1
    assert Payment.objects.get(bank_reference="Y1").unused == 120


def test_a_clerk_uploads_looks_chooses_and_records(nexus, invoices):
    clerk = signed_in(Level.BILLING, access=nexus.access("billing"))
    address = reverse("payments-import")
    assert "Choose a file" in clerk.post(address).content.decode()
    bad = SimpleUploadedFile("b.csv", b"nothing")
    assert "No column is called" in clerk.post(address, {"file": bad}).content.decode()
    page = clerk.post(address, {"file": SimpleUploadedFile("b.csv", FILE.encode())})
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "1 with an invoice number, 1 to confirm, 1 without a client, 1 with mistakes" in text
    assert not Payment.objects.exists()
    answer = clerk.post(
        reverse("payments-import-preview"),
        {"text": FILE, "client-B2": str(GLOBEX)},
        follow=True,
    )
    assert "2 recorded, 0 were there already, 2 left out." in answer.content.decode()
    hand = re.search(r'href="(/payments/new[^"]+)"', page.content.decode()).group(1)
    form = clerk.get(hand.replace("&amp;", "&")).content.decode()
    assert 'value="9.99"' in form
    assert 'value="B3"' in form
    assert uuid.UUID(re.search(r'name="id" value="([^"]+)"', form).group(1))
