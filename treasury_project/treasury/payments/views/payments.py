"""Payments: the list, one, recording with a look at what it will pay, and reversing."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.billing_rules.money import Money, total
from treasury.invoices.models import Invoice
from treasury.payments import accounts, operations, reversals
from treasury.payments.clients import billed_clients
from treasury.payments.forms import Filter, RecordForm, ReverseForm
from treasury.payments.models import Payment
from treasury.payments.queries import PaymentQuerySet

NEWEST = ("-received_on", "-id")
PAGE_SIZE = 50
# What the address of a new payment may fill in.
GIVEN = ("company", "amount", "currency", "received_on", "reference", "bank_reference")


@requires("payments.manage")
@require_safe
def payments(request: PersonRequest) -> HttpResponse:
    form = Filter(request.GET)
    found = _filtered(Payment.objects.visible_to(request.user), form)
    page = keyset_page(found, NEWEST, request.GET.get("after"), PAGE_SIZE)
    context = {"page": page, "form": form, "narrowed": any(form.cleaned_data.values())}
    return render(request, "treasury/payments/payments.html", context)


def _filtered(found: PaymentQuerySet, form: Filter) -> PaymentQuerySet:
    if text := form.value("q").strip():
        columns = ("client_name", "reference", "bank_reference")
        wanted = Q()
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": text})
        found = found.filter(wanted)
    if method := form.value("method"):
        found = found.filter(method=method)
    if form.value("state") == "credit":
        found = found.filter(unused__gt=0)
    if form.value("state") == "reversed":
        found = found.filter(reversed_on__isnull=False)
    return found


@requires("payments.manage")
@require_safe
def payment(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    visible = Payment.objects.visible_to(request.user)
    row = load_or_404(visible.select_related("recorded_by", "reversed_by"), pk=pk)
    uses = row.allocations.select_related("invoice", "refund", "made_by").order_by("made_at", "id")
    return render(request, "treasury/payments/payment.html", {"payment": row, "uses": uses})


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: PersonRequest) -> HttpResponse:
    """Ask, show what would be paid, and only then record it."""
    clients = billed_clients(request.caller)
    form = RecordForm(request.POST or None, initial=_initial(request), clients=clients)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    received = form.received()
    chosen = _ids(request.POST.getlist("chosen"))
    try:
        plan = operations.planned(received, chosen=chosen)
        if request.POST.get("seen") != _mark(received, plan):
            return _page(request, form, received, plan, chosen)
        row = operations.record(received, chosen=chosen, by=request.user)
    except operations.AlreadyRecorded as already:
        messages.info(request, str(already))
        return redirect("payment", received.id)
    except operations.NotPossible as problem:
        messages.error(request, str(problem))
        return _page(request, form)
    messages.success(request, f"{Money(row.amount, row.currency)} is recorded.")
    return redirect("payment", row.pk)


def _page(
    request: PersonRequest,
    form: RecordForm,
    received: operations.Received | None = None,
    plan: Sequence[tuple[Invoice, Money]] = (),
    chosen: Sequence[uuid.UUID] = (),
) -> HttpResponse:
    """Show the form, and below it the plan: every open invoice and what it would get."""
    context: dict[str, Any] = {"form": form, "received": received}
    if received is not None:
        parts = {row.pk: amount for row, amount in plan}
        rows = accounts.unpaid(received.company_id, received.amount.currency)
        currency = received.amount.currency
        context |= {
            "rows": [(row, parts.get(row.pk), row.pk in chosen) for row in rows],
            "rest": received.amount - total(parts.values(), currency),
            "seen": _mark(received, plan),
            "changed": bool(request.POST.get("seen")),
        }
    return render(request, "treasury/payments/record.html", context)


def _initial(request: PersonRequest) -> dict[str, Any]:
    """Fill in what the address says: the page of an invoice and an import lead here."""
    today = timezone.localdate()
    given = {name: request.GET[name] for name in GIVEN if name in request.GET}
    return {"id": uuid.uuid4(), "received_on": today, **given}


def _ids(values: Sequence[str]) -> list[uuid.UUID]:
    found = []
    for value in values:
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found


def _mark(received: operations.Received, plan: Sequence[tuple[Invoice, Money]]) -> str:
    """Name a plan, so that exactly what was shown is recorded."""
    parts = ";".join(f"{row.pk}:{amount}" for row, amount in plan)
    text = f"{received.company_id} {received.amount} {received.received_on} {parts}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_payment(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Payment.objects.visible_to(request.user), pk=pk)
    here = reverse("payment", args=[pk])
    if row.reversed_on is not None:
        messages.info(request, "That has been reversed already.")
        return redirect(here)
    form = ReverseForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            reversals.reverse_payment(
                row, day=cleaned["day"], reason=cleaned["reason"], by=request.user
            )
        except operations.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The payment is reversed; what it paid is open again.")
            return redirect(here)
    words = f"{Money(row.amount, row.currency)} from {row.client_name}. What it paid will be open."
    context = {
        "form": form,
        "title": "Reverse this payment?",
        "intro": words,
        "submit_label": "Reverse",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "treasury/payments/ask.html", context)
