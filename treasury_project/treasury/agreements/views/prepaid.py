"""Prepaid hours of an agreement: allowances and blocks."""

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
from treasury.agreements.forms import AllowanceForm, BlockForm, LastDayForm
from treasury.agreements.models import Agreement, Allowance, PrepaidBlock
from treasury.recorded import Refused

METHODS = ["GET", "HEAD", "POST"]


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_allowance(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    agreement = load_or_404(Agreement.objects.all(), pk=pk)
    form = AllowanceForm(
        request.POST or None,
        instance=Allowance(agreement=agreement),
        initial={"start": agreement.start},
    )
    return _add(request, form, agreement, "Hours every month or year")


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_block(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    agreement = load_or_404(Agreement.objects.all(), pk=pk)
    form = BlockForm(
        request.POST or None,
        instance=PrepaidBlock(agreement=agreement),
        initial={"start": timezone.localdate()},
    )
    return _add(request, form, agreement, "Hours bought at once")


@requires("agreements.manage")
@require_http_methods(METHODS)
def end_allowance(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Allowance.objects.select_related("agreement"), pk=pk)
    form = LastDayForm(request.POST or None)
    back = reverse("agreement", args=[row.agreement_id])
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["last_day"]
        try:
            operations.end_part(row, row.agreement, last_day=day, by=request.user)
        except Refused as problem:
            form.add_error("last_day", str(problem))
        else:
            messages.success(request, "The hours end.")
            return redirect(back)
    context = {"form": form, "title": f"End {row}", "cancel_url": back, "submit_label": "End"}
    return render(request, "hm/form.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_allowance(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    return _remove(request, load_or_404(Allowance.objects.select_related("agreement"), pk=pk))


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_block(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    return _remove(request, load_or_404(PrepaidBlock.objects.select_related("agreement"), pk=pk))


def _add(request: PersonRequest, form: Any, agreement: Agreement, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_part(form.instance, agreement, by=request.user)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The hours are added.")
            return redirect("agreement", agreement.pk)
    back = reverse("agreement", args=[agreement.pk])
    context = {"form": form, "title": title, "cancel_url": back, "submit_label": "Add"}
    return render(request, "hm/form.html", context)


def _remove(request: PersonRequest, row: Allowance | PrepaidBlock) -> HttpResponse:
    here = reverse("agreement", args=[row.agreement_id])
    if request.method == "POST":
        operations.remove_part(row, row.agreement, by=request.user)
        messages.success(request, "The hours are removed.")
        return redirect(here)
    context = {
        "title": f"Remove {row}?",
        "question": "Work that is not billed yet will not use these hours any more.",
        "submit_label": "Remove",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)
