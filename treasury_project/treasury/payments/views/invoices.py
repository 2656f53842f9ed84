"""What is done with an invoice's rest and with a client's credit."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.billing_rules.money import Money
from treasury.invoices.models import Invoice
from treasury.payments import accounts, operations, reversals
from treasury.payments.clients import client_name
from treasury.payments.forms import RefundForm, ReverseForm, WriteOffForm
from treasury.payments.models import Allocation, Refund


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def use_credit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Invoice.objects.visible_to(request.user), pk=pk)
    here = reverse("invoice", args=[pk])
    there = accounts.credit_total(row.company_id, row.currency)
    if request.method == "POST":
        try:
            used = operations.use_credit(row, today=timezone.localdate(), by=request.user)
        except operations.NotPossible as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, f"{used} of credit is used for {row.label}.")
        return redirect(here)
    owed = Money(row.open, row.currency)
    context = {
        "title": "Use credit for this invoice?",
        "question": f"{there} of credit is there, {owed} is open of {row.label}. The oldest is used first.",  # noqa: E501
        "submit_label": "Use credit",
        "cancel_url": here,
    }
    return render(request, "hm/confirm.html", context)


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def write_off(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Invoice.objects.visible_to(request.user), pk=pk)
    here = reverse("invoice", args=[pk])
    owed = Money(row.open, row.currency)
    form = WriteOffForm(
        request.POST or None, currency=row.currency, initial={"amount": owed.amount}
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            operations.write_off(
                row, amount=cleaned["amount"], reason=cleaned["reason"],
                day=timezone.localdate(), by=request.user,
            )  # fmt: skip
        except operations.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"{cleaned['amount']} of {row.label} is written off.")
            return redirect(here)
    context = {
        "form": form,
        "title": "Write off what is open?",
        "intro": f"{owed} is open of {row.label}. The client is not asked for it any more.",
        "submit_label": "Write off",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "treasury/payments/ask.html", context)


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def undo_allocation(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    visible = Allocation.objects.visible_to(request.user).filter(invoice__isnull=False)
    row = load_or_404(visible.select_related("invoice"), pk=pk)
    invoice: Any = row.invoice
    here = reverse("invoice", args=[invoice.pk])
    if request.method == "POST":
        try:
            reversals.undo(row, day=timezone.localdate(), by=request.user)
        except operations.NotPossible as problem:
            messages.info(request, str(problem))
        else:
            messages.success(request, f"Undone: {invoice.label} is open again.")
        return redirect(here)
    amount = Money(row.amount, invoice.currency)
    what = "write-off" if row.is_write_off else "allocation"
    rest = "" if row.is_write_off else " The money stays the client's credit."
    context = {
        "title": f"Undo this {what}?",
        "question": f"{amount} of {invoice.label} will be open again.{rest}",
        "submit_label": "Undo",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def client_credit(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    """The credit of a client, where it comes from, and paying it back."""
    currency = str(request.GET.get("currency", "EUR"))[:3].upper()
    name = client_name(request.caller, company_id)
    if not name or len(currency) != 3 or not currency.isalpha():
        raise Http404
    there = accounts.credit_total(company_id, currency)
    first = {"id": uuid.uuid4(), "amount": there.amount, "currency": currency}
    form = RefundForm(request.POST or None, initial={**first, "paid_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        back = form.back(company_id, name)
        try:
            operations.refund(back, by=request.user)
        except operations.AlreadyRecorded as already:
            messages.info(request, str(already))
            return redirect(request.get_full_path())
        except operations.NotPossible as problem:
            form.add_error("amount", str(problem))
        else:
            messages.success(request, f"{back.amount} is recorded as paid back.")
            return redirect(request.get_full_path())
    context = {
        "name": name,
        "company_id": company_id,
        "currency": currency,
        "there": there,
        "sources": accounts.credits_of(company_id, currency),
        "refunds": Refund.objects.filter(company_id=company_id, currency=currency)
        .select_related("recorded_by")
        .order_by("-paid_on", "-id"),
        "form": form,
    }
    return render(request, "treasury/payments/client_credit.html", context)


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_refund(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Refund.objects.visible_to(request.user), pk=pk)
    here = reverse("client-credit", args=[row.company_id]) + f"?currency={row.currency}"
    form = ReverseForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            reversals.reverse_refund(
                row, day=cleaned["day"], reason=cleaned["reason"], by=request.user
            )
        except operations.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The refund is reversed; it is the client's credit again.")
            return redirect(here)
    words = f"{Money(row.amount, row.currency)} that was paid back to {row.client_name}."
    context = {
        "form": form,
        "title": "Reverse this refund?",
        "intro": words,
        "submit_label": "Reverse",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "treasury/payments/ask.html", context)
