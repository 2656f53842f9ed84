"""The list of agreements, one agreement, and its terms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.agreements import operations
from treasury.agreements.billed import is_removable, issued_until
from treasury.agreements.forms import AgreementFilter, LastDayForm, NewAgreementForm, TermsForm
from treasury.agreements.models import Agreement, Allowance, Discount, PrepaidBlock, Tier
from treasury.agreements.prices import Shown, lines_of
from treasury.billing_rules.explanation import explain
from treasury.history import entries, removed
from treasury.invoices.running import people_of_nexus
from treasury.recorded import Refused
from treasury.seller.models import Seller
from treasury.usage.companies import names

METHODS = ["GET", "HEAD", "POST"]
SIZE = 50


@requires("agreements.view")
@require_safe
def agreements(request: PersonRequest) -> HttpResponse:
    form = AgreementFilter(request.GET)
    form.is_valid()
    found, today = Agreement.objects.all(), timezone.localdate()
    state = form.cleaned_data.get("state", "")
    if state in ("30", "60", "90"):
        found = found.ending(today, int(state))
    elif state == "ended":
        found = found.ended(today)
    elif state != "all":
        found = found.not_ended(today)
    if part := form.cleaned_data.get("q"):
        found = found.filter(title__icontains=part)
    page = keyset_page(found, ("title", "id"), request.GET.get("after"), SIZE)
    known = names(request.caller, [row.company_id for row in page.rows])
    for row in page.rows:
        row.company_name = known.get(row.company_id, "")  # type: ignore[attr-defined]
    context = {"page": page, "form": form, "filtered": bool(part or state)}
    return render(request, "treasury/agreements/agreements.html", context)


@requires("agreements.view")
@require_safe
def agreement(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Agreement.objects.select_related("plan"), pk=pk)
    lines = lines_of(row, timezone.localdate())
    allowances, blocks = list(row.allowances.order_by("start")), list(row.blocks.order_by("start"))
    context = {
        "agreement": row,
        "company_name": names(request.caller, [row.company_id]).get(row.company_id, ""),
        "lines": lines,
        "removable": _removable(row, lines),
        "allowances": allowances,
        "blocks": blocks,
        "invoices": row.invoices.order_by("-period_start")[:6],
        "problems": _problems(row),
        "preview": _preview(request, row),
        "history": entries(_parts(row, lines, [*allowances, *blocks]), limit=40),
        "manage": may(request.user, "agreements.manage"),
    }
    return render(request, "treasury/agreements/agreement.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def new(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    name = names(request.caller, [company_id]).get(company_id)
    if name is None:
        raise Http404
    seller = Seller.objects.first()
    first = {"start": timezone.localdate(), "currency": seller.currency if seller else "EUR"}
    form = NewAgreementForm(
        request.POST or None, instance=Agreement(company_id=company_id), initial=first
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.agree(form.instance, plan=form.cleaned_data["plan"], by=request.user)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"Agreed with {name}. Look at its lines.")
            return redirect("agreement", made.pk)
    back = reverse("client", args=[company_id])
    return _form(request, form, f"New agreement with {name}", back, "Agree")


@requires("agreements.manage")
@require_http_methods(METHODS)
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Agreement.objects.all(), pk=pk)
    form = TermsForm(request.POST or None, instance=row)
    if operations.has_been_billed(row):
        for name in operations.BILLED_BY:
            form.fields[name].disabled = True
            form.fields[name].help_text = operations.FIXED
    here = reverse("agreement", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_terms(form.instance, by=request.user)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect(here)
    return _form(request, form, f"Terms of {row}", here, "Save")


@requires("agreements.manage")
@require_http_methods(METHODS)
def end(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Agreement.objects.all(), pk=pk)
    form = LastDayForm(request.POST or None)
    here = reverse("agreement", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            operations.end(row, last_day=form.cleaned_data["last_day"], by=request.user)
        except Refused as problem:
            form.add_error("last_day", str(problem))
        else:
            messages.success(request, "It ends. What was billed beyond that day is given back.")
            return redirect(here)
    return _form(request, form, f"End {row}", here, "End")


@requires("agreements.manage")
@require_http_methods(METHODS)
def renew(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Agreement.objects.all(), pk=pk)
    here = reverse("agreement", args=[pk])
    if request.method == "POST":
        try:
            operations.renew(row, by=request.user)
        except Refused as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, "Renewed.")
        return redirect(here)
    context = {
        "title": f"Renew {row}?",
        "question": f"It goes on after its end for another term: {row.get_term_months_display()}.",
        "submit_label": "Renew",
        "cancel_url": here,
    }
    return render(request, "hm/confirm.html", context)


def _removable(row: Agreement, lines: Sequence[Shown]) -> set[uuid.UUID]:
    until = issued_until(row)
    added = [line.addition for line in lines]
    return {each.pk for each in added if is_removable(each, until)}


def _preview(request: PersonRequest, row: Agreement) -> list[tuple[str, Any, Sequence[str]]]:
    """Return each line of the present period: its name, its amount, and why."""
    from treasury.invoices.preview import preview

    try:
        found = preview(row, timezone.localdate(), people_of_nexus(request.caller))
    except (ValueError, LookupError):
        return []
    lines = found.lines if found else ()
    return [(line.description, line.amount, explain(line)) for line in lines]


def _parts(row: Agreement, lines: Sequence[Shown], prepaid: Sequence[Any]) -> list[Any]:
    """Return the agreement and everything that belongs or belonged to it, for its history."""
    own = [line.addition for line in lines]
    shown = [part for line in lines for part in (*line.tiers, *line.discounts)]
    gone = [each for model in (Tier, Discount) for each in removed(model, addition__in=own)]
    for model in (Allowance, PrepaidBlock):
        gone += removed(model, agreement=row)
    return [row, *own, *shown, *prepaid, *gone]


def _problems(row: Agreement) -> list[str]:
    try:
        return operations.first_day_without_price(row.pk)
    except ValueError as problem:
        return [str(problem)]


def _form(
    request: PersonRequest, form: Any, title: str, cancel_url: str, submit: str
) -> HttpResponse:
    context = {"form": form, "title": title, "cancel_url": cancel_url, "submit_label": submit}
    return render(request, "hm/form.html", context)
