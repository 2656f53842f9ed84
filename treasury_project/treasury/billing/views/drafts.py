"""One draft: bring it up to date, add a line, name the order, discard it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.billing import drafting
from treasury.billing.forms import DraftForm, LineForm
from treasury.invoices.models import Invoice, Status

METHODS = ["GET", "HEAD", "POST"]


def _draft(request: PersonRequest, pk: uuid.UUID) -> Invoice:
    visible = Invoice.objects.visible_to(request.user).filter(status=Status.DRAFT)
    return load_or_404(visible.select_related("agreement"), pk=pk)


@requires("invoices.issue")
@require_POST
def recalculate(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = _draft(request, pk)
    run = drafting.recalculate(row, caller=request.caller, by=request.user)
    if run.left_out:
        messages.error(request, f"It cannot be billed now: {'; '.join(run.left_out[0].reasons)}.")
    elif pk in run.changed:
        messages.success(request, "It is put right by today's facts.")
    else:
        messages.info(request, "Nothing has changed.")
    if not Invoice.objects.filter(pk=pk).exists():
        return redirect("billing")
    return redirect("invoice", pk)


@requires("invoices.issue")
@require_http_methods(METHODS)
def discard(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = _draft(request, pk)
    if request.method == "POST":
        try:
            drafting.discard(row)
        except drafting.Gone as gone:
            raise Http404 from gone
        messages.success(request, "The draft is discarded.")
        return redirect("billing")
    context = {
        "title": "Discard this draft?",
        "question": "The next run makes it again, unless the agreement has changed by then.",
        "submit_label": "Discard",
        "cancel_url": reverse("invoice", args=[pk]),
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


@requires("invoices.issue")
@require_http_methods(METHODS)
def add_line(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = _draft(request, pk)
    form = LineForm(request.POST or None)
    here = reverse("invoice", args=[pk])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            drafting.add_line(
                row,
                product=data["product"],
                quantity=data["quantity"],
                price=data["price"],
                description=data["description"],
                caller=request.caller,
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, "The line is added.")
            return redirect(here)
    context = {
        "form": form,
        "title": "Bill something once",
        "intro": "It becomes a line of the agreement, billed with this invoice and no other.",
        "cancel_url": here,
        "submit_label": "Add",
    }
    return render(request, "hm/form.html", context)


@requires("invoices.issue")
@require_http_methods(METHODS)
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = _draft(request, pk)
    form = DraftForm(request.POST or None, instance=row)
    here = reverse("invoice", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            drafting.name_order(row, po_number=form.cleaned_data["po_number"])
        except drafting.Gone as gone:
            raise Http404 from gone
        messages.success(request, "Saved.")
        return redirect(here)
    context = {"form": form, "title": "Edit this draft", "cancel_url": here}
    return render(request, "hm/form.html", context)
