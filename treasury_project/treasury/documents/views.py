"""The files of one invoice, and those of a month."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from treasury.documents.archive import zip_of
from treasury.documents.einvoice import NotAnEInvoice
from treasury.documents.models import Format
from treasury.documents.operations import document, file_name, pdfs_of, preview
from treasury.documents.snapshots import Kept
from treasury.invoices.clients import clients_today
from treasury.invoices.models import Invoice, Status

_TYPES = {Format.PDF: "application/pdf", Format.CII: "text/xml", Format.UBL: "text/xml"}


@requires("invoices.view")
@require_safe
def invoice_pdf(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the PDF; of a draft a preview, for those who see drafts."""
    row = load_or_404(Invoice.objects.visible_to(request.user), pk=pk)
    if row.status == Status.DRAFT:
        return _preview(request, row)
    return _stored(request, row, Format.PDF)


@requires("invoices.view")
@require_safe
def invoice_xml(request: PersonRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """Give the e-invoice as ``form``, cii or ubl; the invoice's page says why there is none."""
    issued = Invoice.objects.visible_to(request.user).exclude(status=Status.DRAFT)
    row = load_or_404(issued, pk=pk)
    try:
        return _stored(request, row, Format(form))
    except NotAnEInvoice as why:
        messages.error(request, str(why))
        return redirect("invoice", pk)


@requires("invoices.internal")
@require_safe
def month_of_pdfs(request: PersonRequest) -> StreamingHttpResponse:
    """Give all documents issued in ``?month=2026-11`` as one ZIP. Any other month is a 404."""
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError as error:
        raise Http404 from error
    issued = Invoice.objects.visible_to(request.user).filter(
        issued_on__year=first.year, issued_on__month=first.month
    )
    answer = StreamingHttpResponse(zip_of(pdfs_of(issued)), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="invoices-{first:%Y-%m}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _stored(request: PersonRequest, row: Invoice, form: Format) -> HttpResponse:
    """Answer with the kept file; a browser that has it is told so, once it may still see it."""
    kept = document(row, form)
    etag = f'"{kept.sha256}"'
    answer = HttpResponse(bytes(kept.content), content_type=_TYPES[form])
    shown = "inline" if form is Format.PDF and "download" not in request.GET else "attachment"
    answer["Content-Disposition"] = f'{shown}; filename="{file_name(row, form)}"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _preview(request: PersonRequest, row: Invoice) -> HttpResponse:
    try:
        content = preview(row, _client(request, row), today=timezone.localdate())
    except ValueError as why:
        messages.error(request, f"There is no preview: {why}.")
        return redirect("invoice", row.pk)
    answer = HttpResponse(content, content_type=_TYPES[Format.PDF])
    answer["Content-Disposition"] = 'inline; filename="draft.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _client(request: PersonRequest, row: Invoice) -> Kept:
    try:
        client = clients_today(request.caller, [row.company_id]).get(row.company_id)
    except (NexusUnavailable, NexusRefused):
        client = None
    return {} if client is None else asdict(client)
