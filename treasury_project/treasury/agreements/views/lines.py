"""The lines of an agreement: add, change from a day on, end; and their discounts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.agreements import operations
from treasury.agreements.billed import is_billed
from treasury.agreements.forms import DiscountForm, LastDayForm, LineForm
from treasury.agreements.models import Addition, Agreement, Discount
from treasury.recorded import Refused

METHODS = ["GET", "HEAD", "POST"]


@requires("agreements.manage")
@require_http_methods(METHODS)
def add(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    agreement = load_or_404(Agreement.objects.all(), pk=pk)
    row = Addition(agreement=agreement, company_id=agreement.company_id)
    start = max(timezone.localdate(), agreement.start)
    form = LineForm(request.POST or None, instance=row, initial={"start": start, "quantity": 1})
    if request.method == "POST" and form.is_valid():
        tiers = form.cleaned_data["tiers"]
        if _done(form, lambda: operations.save_line(form.instance, tiers, by=request.user)):
            messages.success(request, "The line is added.")
            return redirect("agreement", pk)
    return _form(request, form, f"New line of {agreement}", pk, "Add")


@requires("agreements.manage")
@require_http_methods(METHODS)
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """What was billed is changed from a day on; a line that never was is put right."""
    row = load_or_404(Addition.objects.select_related("agreement", "product"), pk=pk)
    billed = is_billed(row)
    first = {"from_day": timezone.localdate()}
    form = LineForm(request.POST or None, instance=row, billed=billed, initial=first)
    if request.method == "POST" and form.is_valid():
        tiers = form.cleaned_data["tiers"]
        day: Any = form.cleaned_data.get("from_day")
        done = (
            _done(
                form,
                lambda: operations.change_line(row, tiers, from_day=day, by=request.user),
            )
            if billed
            else _done(form, lambda: operations.save_line(row, tiers, by=request.user))
        )
        if done:
            messages.success(request, "The line is changed.")
            return redirect("agreement", row.agreement_id)
    return _form(request, form, f"Change {row}", row.agreement_id, "Change")


@requires("agreements.manage")
@require_http_methods(METHODS)
def end(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Addition.objects.select_related("agreement", "product"), pk=pk)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["last_day"]
        if _done(form, lambda: operations.end_line(row, last_day=day, by=request.user)):
            messages.success(request, "The line ends.")
            return redirect("agreement", row.agreement_id)
    return _form(request, form, f"End {row}", row.agreement_id, "End")


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Addition.objects.select_related("agreement", "product"), pk=pk)
    here = reverse("agreement", args=[row.agreement_id])
    if request.method == "POST":
        try:
            operations.remove_line(row, by=request.user)
        except Refused as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "The line is removed.")
        return redirect(here)
    context = {
        "title": f"Remove {row}?",
        "question": "As if it had never been agreed. Its discounts and tiers go with it.",
        "submit_label": "Remove",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_discount(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    line = load_or_404(Addition.objects.select_related("agreement", "product"), pk=pk)
    first = {"start": timezone.localdate()}
    form = DiscountForm(request.POST or None, instance=Discount(addition=line), initial=first)
    if request.method == "POST" and form.is_valid():
        made, agreement = form.instance, line.agreement
        if _done(form, lambda: operations.save_part(made, agreement, by=request.user)):
            messages.success(request, "The discount is added.")
            return redirect("agreement", line.agreement_id)
    return _form(request, form, f"New discount on {line}", line.agreement_id, "Add")


@requires("agreements.manage")
@require_http_methods(METHODS)
def end_discount(request: PersonRequest, pk: int) -> HttpResponse:
    row = load_or_404(Discount.objects.select_related("addition__agreement"), pk=pk)
    agreement = row.addition.agreement
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["last_day"]
        if _done(form, lambda: operations.end_part(row, agreement, last_day=day, by=request.user)):
            messages.success(request, "The discount ends.")
            return redirect("agreement", agreement.pk)
    return _form(request, form, f"End the discount of {row}", agreement.pk, "End")


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_discount(request: PersonRequest, pk: int) -> HttpResponse:
    row = load_or_404(Discount.objects.select_related("addition__agreement"), pk=pk)
    agreement = row.addition.agreement
    here = reverse("agreement", args=[agreement.pk])
    if request.method == "POST":
        operations.remove_part(row, agreement, by=request.user)
        messages.success(request, "The discount is removed.")
        return redirect(here)
    context = {
        "title": f"Remove the discount of {row}?",
        "question": "As if it had never been: bills of its days are corrected with the next one.",
        "submit_label": "Remove",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


def _done(form: Any, operation: Any) -> bool:
    try:
        operation()
    except Refused as problem:
        form.add_error(None, str(problem))
        return False
    return True


def _form(
    request: PersonRequest, form: Any, title: str, agreement: uuid.UUID, submit: str
) -> HttpResponse:
    back = reverse("agreement", args=[agreement])
    context = {"form": form, "title": title, "cancel_url": back, "submit_label": submit}
    return render(request, "hm/form.html", context)
