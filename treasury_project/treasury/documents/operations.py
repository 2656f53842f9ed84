"""Making the files of issued invoices: once each, then kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from django.db.models import Prefetch, QuerySet

from treasury.documents import einvoice, pdf
from treasury.documents.assembly import paper_of, preview_of
from treasury.documents.models import Format, StoredDocument
from treasury.documents.paper import Paper
from treasury.documents.snapshots import Kept, seller_today
from treasury.invoices.models import Invoice, InvoiceLine, Status
from treasury.seller.models import Seller

_WRITERS = {Format.PDF: pdf.render, Format.CII: einvoice.cii, Format.UBL: einvoice.ubl}
_AT_ONCE = 20  # invoices loaded with their lines; files are loaded one by one


def with_lines(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Load what ``paper_of`` reads: two queries whatever the number of invoices."""
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position"))
    return invoices.select_related("agreement", "corrects").prefetch_related(lines)


def document(invoice: Invoice, form: Format) -> StoredDocument:
    """Return the file of an issued invoice, made now if it never was.

    Made twice at once, the first is kept and both get it. Raises einvoice.NotAnEInvoice.
    """
    kept = StoredDocument.objects.filter(invoice=invoice, format=form).first()
    if kept is not None:
        return kept
    row = with_lines(Invoice.objects.filter(pk=invoice.pk)).get()
    return _keep(row, form, paper_of(row, seller_today()))


def preview(invoice: Invoice, client: Kept, *, today: date) -> bytes:
    """Return the PDF that a draft would be today, with DRAFT across it.

    ``client`` is who the company is today. Raises ValueError when there is nothing to show.
    """
    row = with_lines(Invoice.objects.filter(pk=invoice.pk)).get()
    return pdf.render(preview_of(row, seller_today(), client, today))


def file_name(invoice: Invoice, form: Format) -> str:
    """Return INV-00012.pdf, INV-00012-ubl.xml."""
    end = ".pdf" if form is Format.PDF else f"-{form.value}.xml"
    return f"{invoice.label}{end}"


def pdfs_of(invoices: QuerySet[Invoice]) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, PDF) of the issued ones, by number, with one of them in memory."""
    seller = seller_today()
    rows = invoices.exclude(status=Status.DRAFT).order_by("series", "number")
    for row in with_lines(rows).iterator(chunk_size=_AT_ONCE):
        yield file_name(row, Format.PDF), _pdf(row, seller)


def _pdf(row: Invoice, seller: Seller) -> bytes:
    kept = StoredDocument.objects.filter(invoice=row, format=Format.PDF).first()
    return bytes((kept or _keep(row, Format.PDF, paper_of(row, seller))).content)


def _keep(row: Invoice, form: Format, paper: Paper) -> StoredDocument:
    content = _WRITERS[form](paper)
    digest = hashlib.sha256(content).hexdigest()
    made = StoredDocument(invoice=row, format=form, content=content, sha256=digest)
    StoredDocument.objects.bulk_create([made], ignore_conflicts=True)
    return StoredDocument.objects.get(invoice=row, format=form)
