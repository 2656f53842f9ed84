"""The settings: the business, taxes, and the terms of a client."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.clients.models import ClientTerms
from treasury.recorded import Refused, recorded
from treasury.seller.forms import ClientTermsForm, EndForm, SellerForm, TaxRateForm
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate
from treasury.usage.companies import names

METHODS = ["GET", "HEAD", "POST"]


@requires("treasury.settings")
@require_safe
def settings(request: PersonRequest) -> HttpResponse:
    context = {"seller": Seller.objects.first(), "rates": TaxRate.objects.count()}
    return render(request, "treasury/settings/settings.html", context)


@requires("treasury.settings")
@require_http_methods(METHODS)
def business(request: PersonRequest) -> HttpResponse:
    row = Seller.objects.first() or Seller(id=1)
    form = SellerForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with recorded(by=request.user, reason="Your business"):
            form.instance.save()
        messages.success(request, "Saved. Invoices issued from now on say so.")
        return redirect("settings")
    context = {"form": form, "logo": _picture(row.logo)}
    return render(request, "treasury/settings/business.html", context)


@requires("treasury.settings")
@require_safe
def taxes(request: PersonRequest) -> HttpResponse:
    rows = TaxRate.objects.order_by("region", "category", "-start")
    return render(request, "treasury/settings/taxes.html", {"rates": rows})


@requires("treasury.settings")
@require_http_methods(METHODS)
def add_tax(request: PersonRequest) -> HttpResponse:
    form = TaxRateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with recorded(by=request.user):
                form.instance.save()
        except Refused as problem:  # somebody else was quicker
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"{form.instance} is added.")
            return redirect("taxes")
    context = {"form": form, "title": "New tax rate", "cancel_url": reverse("taxes")}
    return render(request, "hm/form.html", context)


@requires("treasury.settings")
@require_http_methods(METHODS)
def end_tax(request: PersonRequest, pk: int) -> HttpResponse:
    """A rate is ended, never edited: what was issued with it stays explained."""
    row = load_or_404(TaxRate.objects.filter(end__isnull=True), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row.end = form.cleaned_data["last_day"] + timedelta(days=1)
        try:
            with recorded(by=request.user, words={"tax_rate_days": "It begins after that day."}):
                row.save()
        except Refused as problem:
            form.add_error("last_day", str(problem))
        else:
            messages.success(request, f"{row} ends. Add the rate that follows it.")
            return redirect("taxes")
    context = {"form": form, "title": f"End {row}", "cancel_url": reverse("taxes")}
    return render(request, "hm/form.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def terms(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    name = names(request.caller, [company_id]).get(company_id)
    if name is None:
        raise Http404
    row = ClientTerms.objects.filter(pk=company_id).first() or ClientTerms(company_id=company_id)
    form = ClientTermsForm(request.POST or None, instance=row)
    here = reverse("client", args=[company_id])
    if request.method == "POST" and form.is_valid():
        with recorded(by=request.user):
            form.instance.save()
        messages.success(request, "Saved.")
        return redirect(here)
    context = {"form": form, "title": f"How {name} is billed", "cancel_url": here}
    return render(request, "hm/form.html", context)


def _picture(logo: bytes | memoryview | None) -> str:
    if not logo:
        return ""
    content = bytes(logo)
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
