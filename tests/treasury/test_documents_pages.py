"""The files of invoices as people get them: who may, what stays the same, what a draft is."""

from __future__ import annotations

import io
import uuid
import zipfile

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, draft, issued, signed_in
from treasury.documents import operations, pdf
from treasury.documents.assembly import paper_of
from treasury.documents.models import Format, StoredDocument
from treasury.documents.paper import Kind
from treasury.invoices.models import Invoice, InvoiceLine, Status
from treasury.seller.models import Seller

pytestmark = pytest.mark.django_db
FORMS = ("invoice-pdf", "invoice-cii", "invoice-ubl")


@pytest.fixture
def seller(db) -> Seller:
    row, _ = Seller.objects.update_or_create(
        id=1,
        defaults={
            "name": "Northbridge IT", "street": "1 Quay Street", "postcode": "D02 X285",
            "city": "Dublin", "country": "IE", "tax_id": "IE6388047V", "accent": "#8250df",
            "email": "billing@northbridge.example", "iban": "IE29AIBK93115212345678",
        },
    )  # fmt: skip
    return row


@pytest.fixture
def people(nexus):
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
        "globex": signed_in(
            Level.CLIENT, GLOBEX, access=nexus.access("globex", company=str(GLOBEX))
        ),
    }


def addressed(invoice: Invoice) -> Invoice:
    """``invoice`` as if Nexus had known where the client is when it was issued."""
    place = {"street": "5 High Street", "city": "Cork", "country": "IE"}
    known = {"peppol_id": "9935:IE6388047V", "buyer_reference": "COST-7"}
    rewrite(invoice, client={**invoice.client, **place, **known})
    return Invoice.objects.get(pk=invoice.pk)


def rewrite(invoice: Invoice, **fields) -> None:
    with Unguarded("invoices_invoice"):
        Invoice.objects.filter(pk=invoice.pk).update(**fields)


class Unguarded:
    def __init__(self, table: str) -> None:
        self.table = table

    def __enter__(self) -> None:
        self._alter("DISABLE")

    def __exit__(self, *_: object) -> None:
        self._alter("ENABLE")

    def _alter(self, verb: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {self.table} {verb} TRIGGER USER")


#            admin billing technician acme globex
MATRIX = {
    "issued": (200, 200, 403, 200, 404),
    "draft": (200, 200, 403, 404, 404),
    "nowhere": (404, 404, 403, 404, 404),
    "month": (200, 200, 403, 403, 403),
    "no month": (404, 404, 403, 403, 403),
}


def test_each_level_reaches_exactly_its_files(people, seller):
    ready, waiting = addressed(issued(ACME)), draft(GLOBEX)
    addresses = {
        "draft": [reverse("invoice-pdf", args=[waiting.pk])],
        "issued": [reverse(form, args=[ready.pk]) for form in FORMS],
        "nowhere": [reverse(form, args=[uuid.uuid4()]) for form in FORMS],
        "month": [reverse("invoice-pdfs") + "?month=2025-11"],
        "no month": [reverse("invoice-pdfs") + f"?month={each}" for each in ("", "2025-13", "x\0")],
    }
    for name, each in addresses.items():
        for address in each:
            answers = tuple(client.get(address).status_code for client in people.values())
            assert answers == MATRIX[name], address
            assert Client().get(address)["Location"].startswith("/auth/login")
            assert people["admin"].post(address).status_code == 405
    for form in ("invoice-cii", "invoice-ubl"):
        assert people["admin"].get(reverse(form, args=[waiting.pk])).status_code == 404


def test_the_client_gets_the_invoice_they_see_on_the_page(people, seller):
    ready = addressed(issued(ACME))
    answer = people["acme"].get(reverse("invoice-pdf", args=[ready.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="INV-00001.pdf"'
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    for words in ("INV-00001", "Acme Ltd", "2 workstations × 45.00", "110.70 EUR", "COST-7"):
        assert words in text
    saved = people["acme"].get(reverse("invoice-pdf", args=[ready.pk]) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")
    assert b"COST-7" in people["acme"].get(reverse("invoice-ubl", args=[ready.pk])).content


def test_the_same_bytes_for_ever_whatever_changes_later(people, seller):
    ready = addressed(issued(ACME))
    address = reverse("invoice-pdf", args=[ready.pk])
    first = people["billing"].get(address)
    Seller.objects.update(name="Renamed", accent="#000000", footer="New")
    rewrite(ready, client={**ready.client, "name": "Renamed too", "legal_name": ""})
    again = people["acme"].get(address)
    assert again.content == first.content
    assert people["acme"].get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    for write in ({"content": b"x"}, None):
        kept = StoredDocument.objects.filter(invoice=ready)
        with pytest.raises(IntegrityError, match="cannot be altered"), transaction.atomic():
            kept.update(**write) if write else kept.delete()


def test_a_browser_asks_each_time_whether_it_may(people, seller):
    ready = addressed(issued(ACME))
    address = reverse("invoice-pdf", args=[ready.pk])
    etag = people["acme"].get(address)["ETag"]
    assert people["acme"].get(address)["Cache-Control"] == "private, no-cache"
    assert people["globex"].get(address, headers={"If-None-Match": etag}).status_code == 404


def test_a_draft_is_a_preview_that_nobody_keeps(people, seller):
    waiting = draft(ACME)
    answer = people["billing"].get(reverse("invoice-pdf", args=[waiting.pk]))
    assert "no-store" in answer["Cache-Control"]
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "DRAFT" in text
    assert "Acme Ltd" in text
    assert not StoredDocument.objects.exists()


def test_a_draft_that_does_not_add_up_says_so_and_has_no_preview(people, seller):
    waiting = draft(ACME)
    waiting.lines.update(amount=91)
    answer = people["billing"].get(reverse("invoice-pdf", args=[waiting.pk]), follow=True)
    assert (
        "There is no preview: Draft: lines: 91.00 EUR is not 90.00 EUR." in answer.content.decode()
    )


def test_what_an_e_invoice_lacks_is_said_on_the_page(people, seller):
    ready = issued(ACME)
    answer = people["acme"].get(reverse("invoice-ubl", args=[ready.pk]), follow=True)
    assert answer.status_code == 200
    assert "An e-invoice needs" in answer.content.decode()
    assert "the client&#x27;s country" in answer.content.decode()


def test_the_zip_has_every_document_issued_in_the_month_and_no_other(people, seller):
    ready, other = addressed(issued(ACME)), issued(GLOBEX)
    rewrite(other, issued_on="2025-12-01", due_on="2025-12-15")
    answer = people["billing"].get(reverse("invoice-pdfs") + "?month=2025-11")
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["INV-00001.pdf"]
        single = people["acme"].get(reverse("invoice-pdf", args=[ready.pk])).content
        assert archive.read("INV-00001.pdf") == single


def test_the_queries_of_one_file_do_not_grow(seller, django_assert_num_queries):
    ready = addressed(issued(ACME))
    row = operations.with_lines(Invoice.objects.filter(pk=ready.pk)).get()
    with django_assert_num_queries(0):
        paper_of(row, seller)
    with django_assert_num_queries(6):  # kept? invoice, lines, seller; write, read
        operations.document(ready, Format.PDF)
    with django_assert_num_queries(1):
        operations.document(ready, Format.PDF)


def test_made_twice_at_once_the_first_is_kept(seller, monkeypatch):
    ready = addressed(issued(ACME))
    row = operations.with_lines(Invoice.objects.filter(pk=ready.pk)).get()
    paper = paper_of(row, seller)
    first = operations._keep(row, Format.PDF, paper)
    monkeypatch.setitem(operations._WRITERS, Format.PDF, lambda _: b"another")
    assert bytes(operations._keep(row, Format.PDF, paper).content) == bytes(first.content)


def test_a_credit_note_gives_back_positive_amounts(seller):
    ready = addressed(issued(ACME))
    made = Invoice.objects.create(
        agreement=ready.agreement, kind="credit_note", corrects=ready, reason="Billed twice",
        company_id=ACME, period_start=ready.period_start, period_end=ready.period_end,
        status=Status.ISSUED, currency="EUR", net=-ready.net,
        tax=-ready.tax, gross=-ready.gross, series=ready.series, number=99,
        issued_on="2025-11-05", due_on="2025-11-05", client=ready.client, seller=ready.seller,
        tax_breakdown=[{"code": "S", "name": "VAT", "percent": "23", "base": str(-ready.net),
                        "amount": str(-ready.tax)}],
    )  # fmt: skip
    with Unguarded("invoices_invoiceline"):
        InvoiceLine.objects.create(
            invoice=made, position=1, identity="x", description="Workstation care",
            amount=-ready.net, explanation={"sentences": ["90.00 given back"]},
            taxes=[{"name": "VAT", "percent": "23.0", "amount": str(-ready.tax)}],
        )  # fmt: skip
    row = operations.with_lines(Invoice.objects.filter(pk=made.pk)).get()
    paper = paper_of(row, seller)
    assert paper.kind is Kind.CREDIT_NOTE
    assert str(paper.gross) == "110.70 EUR"
    assert paper.corrects.label == "INV-00001"
    text = PdfReader(io.BytesIO(pdf.render(paper))).pages[0].extract_text()
    assert "Billed twice" in text
    assert "90.00 given back" in text
