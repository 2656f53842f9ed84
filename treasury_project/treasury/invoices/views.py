"""Invoices: the list, one with the reason for each of its lines, and issuing it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, may, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.billing_rules.money import Money
from treasury.invoices import issuing
from treasury.invoices.clients import clients_today, name_them
from treasury.invoices.models import Invoice, Status
from treasury.invoices.running import people_of_nexus
from treasury.payments.panels import invoice_money

NEWEST = ("-period_start", "-id")
PAGE_SIZE = 50
NOBODY_KNOWS = (
    "Nexus does not answer. An invoice is issued to the client as Nexus knows it that day: "
    "try again in a minute."
)


@requires("invoices.view")
@require_safe
def invoices(request: PersonRequest) -> HttpResponse:
    found = Invoice.objects.visible_to(request.user).select_related("agreement")
    chosen = request.GET.get("status", "")
    if chosen in Status.values:
        found = found.filter(status=chosen)
    page = keyset_page(found, NEWEST, request.GET.get("after"), PAGE_SIZE)
    name_them(request.caller, page.rows)
    internal = may(request.user, "invoices.internal")
    choices = [each for each in Status if internal or each is not Status.DRAFT]
    context = {"page": page, "chosen": chosen, "choices": choices, "internal": internal}
    return render(request, "treasury/invoices.html", context)


@requires("invoices.view")
@require_safe
def invoice(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    visible = Invoice.objects.visible_to(request.user).select_related(
        "agreement", "issued_by", "corrects"
    )
    row = load_or_404(visible, pk=pk)
    name_them(request.caller, [row])
    context = {
        "invoice": row,
        "lines": row.lines.order_by("position"),
        "internal": may(request.user, "invoices.internal"),
        "money": invoice_money(row, request.user),
        "can_send": row.status != Status.DRAFT and may(request.user, "invoices.send"),
        "deliveries": row.deliveries.order_by("-created_at"),
        "can_issue": row.status == Status.DRAFT and may(request.user, "invoices.issue"),
    }
    return render(request, "treasury/invoice.html", context)


@requires("invoices.issue")
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask first: what is issued cannot be taken back, only credited."""
    row = load_or_404(Invoice.objects.visible_to(request.user).select_related("agreement"), pk=pk)
    here = reverse("invoice", args=[pk])
    if row.status != Status.DRAFT:
        messages.info(request, f"{row.label} has been issued already.")
        return redirect(here)
    if request.method == "POST":
        _issue(request, row)
        return redirect(here)
    context = {
        "title": "Issue this invoice?",
        "question": f"{_words(row)} It gets its number, and nobody can change it any more.",
        "submit_label": "Issue",
        "cancel_url": here,
    }
    return render(request, "hm/confirm.html", context)


def _words(row: Invoice) -> str:
    amount = Money(row.net, row.currency)
    return f"{row.agreement.title} from {date_format(row.period_start, 'j M Y')}, {amount} net."


def _issue(request: PersonRequest, row: Invoice) -> None:
    try:
        clients = clients_today(request.caller, [row.company_id])
        people = people_of_nexus(request.caller)
    except (NexusUnavailable, NexusRefused):
        messages.error(request, NOBODY_KNOWS)
        return
    if row.company_id not in clients:
        messages.error(request, "Nexus does not know this company, so nothing was issued.")
        return
    try:
        issued = issuing.issue(
            row,
            client=clients[row.company_id],
            today=timezone.localdate(),
            by=request.user,
            contacts=people,
        )
    except issuing.NotADraft as already:
        messages.info(request, str(already))
        return
    except issuing.NotIssued as reason:
        messages.error(request, f"It was not issued. {reason}")
        return
    messages.success(request, f"{issued.label} is issued.")
