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
from hm_auth.models import User
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money
from treasury.invoices import issuing
from treasury.invoices.clients import called, clients_today, name_them
from treasury.invoices.forms import InvoiceFilter, narrowed
from treasury.invoices.models import Invoice, Status
from treasury.invoices.running import people_of_nexus
from treasury.payments.panels import invoice_money
from treasury.usage.companies import names

NEWEST = ("-period_start", "-id")
PAGE_SIZE = 50
NOBODY_KNOWS = (
    "Nexus does not answer. An invoice is issued to the client as Nexus knows it that day: "
    "try again in a minute."
)


@requires("invoices.view")
@require_safe
def invoices(request: PersonRequest) -> HttpResponse:
    internal = may(request.user, "invoices.internal")
    form = InvoiceFilter(request.GET, internal=internal, currencies=_currencies(request.user))
    chosen = form.chosen
    found = narrowed(Invoice.objects.visible_to(request.user), form, timezone.localdate())
    unasked = False  # whether Nexus could not be asked for the clients' names
    if text := chosen.get("q"):
        companies, unasked = _called(request, text) if internal else ([], False)
        found = found.search(text, companies)
    found = found.select_related("agreement")
    page = keyset_page(found, NEWEST, request.GET.get("after"), PAGE_SIZE)
    name_them(request.caller, page.rows)
    company = chosen.get("company")
    context = {
        "page": page,
        "form": form,
        "chosen": chosen,
        "unasked": unasked,
        "internal": internal,
        "company_name": names(request.caller, [company]).get(company) if company else None,
    }
    return render(request, "treasury/invoices.html", context)


def _currencies(reader: User) -> list[str]:
    """Return the currencies that the invoices of ``reader`` are in."""
    agreed = Agreement.objects.all()
    if reader.company_id is not None:
        agreed = agreed.filter(company_id=reader.company_id)
    return list(agreed.order_by("currency").values_list("currency", flat=True).distinct())


def _called(request: PersonRequest, text: str) -> tuple[list[uuid.UUID], bool]:
    """Return the companies that Nexus finds, and whether it could not be asked."""
    try:
        return called(request.caller, text), False
    except (NexusUnavailable, NexusRefused):
        return [], True


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
