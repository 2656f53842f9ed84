"""Sending an invoice, and sending it again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.delivery import operations
from treasury.delivery.forms import SendForm, initial
from treasury.delivery.mail import invoice_body, invoice_subject
from treasury.delivery.recipients import addresses_of
from treasury.documents.snapshots import seller_today
from treasury.invoices.models import Invoice, Status


@requires("invoices.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask to whom and with which words; then queue it."""
    issued = Invoice.objects.visible_to(request.user).exclude(status=Status.DRAFT)
    row = load_or_404(issued, pk=pk)
    here, seller = reverse("invoice", args=[pk]), seller_today()
    if request.method == "POST":
        form = SendForm(request.POST)
        if form.is_valid() and _queued(request, row, form):
            return redirect(here)
    else:
        form = SendForm(
            initial=initial(addresses_of(request.caller, row), invoice_body(row, seller))
        )
    context = {
        "title": f"Send {row.label}",
        "intro": f"“{invoice_subject(row, seller)}”, with its files.",
        "form": form,
        "submit_label": "Send",
        "cancel_url": here,
    }
    return render(request, "hm/form.html", context)


def _queued(request: PersonRequest, row: Invoice, form: SendForm) -> bool:
    to, body = form.cleaned_data["to"], form.cleaned_data["body"]
    try:
        operations.queue_invoice(row, to=to, body=body, by=request.user)
    except operations.CannotSend as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"{row.label} is on its way to {', '.join(to)}.")
    return True
