"""The list of clients, its file, and one client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth import directory
from hm_auth.access import may, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from treasury import spreadsheet
from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money
from treasury.invoices.models import Invoice
from treasury.overview import companies, figures, prepaid
from treasury.seller.models import Seller
from treasury.usage.models import Device, DeviceKind, TimeEntry

LATEST = 6
SORTS = [("", "By name"), ("open", "Owes most"), ("overdue", "Most overdue")]
HEADER = (
    "account", "client", "status", "agreements", "devices", "drafts", "unbilled hours", "open",
    "overdue", "currency",
)  # fmt: skip


class ClientFilter(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Search")
    sort = forms.ChoiceField(required=False, choices=SORTS, label="Sort")


@requires("usage.view")
@require_safe
def clients(request: PersonRequest) -> HttpResponse:
    form = ClientFilter(request.GET)
    form.is_valid()
    money = may(request.user, "invoices.internal")
    context: dict[str, Any] = {"form": form, "money": money, "q": form.cleaned_data.get("q", "")}
    try:
        page = _page(request, form.cleaned_data if money else {"q": context["q"]})
    except NexusRefused as refusal:
        if refusal.code == "invalid":  # a cursor somebody has changed by hand
            return redirect("clients")
        return render(request, "hm/unavailable.html", {"retry_url": request.path}, status=503)
    except NexusUnavailable:
        return render(request, "hm/unavailable.html", {"retry_url": request.path}, status=503)
    context |= {"page": page, "clients": _with_figures(page.rows)}
    return render(request, "treasury/overview/clients.html", context)


@requires("invoices.internal")
@require_safe
def download(request: PersonRequest) -> HttpResponseBase:
    """Every client as a row of a file."""
    try:
        rows = list(directory.iter_companies(request.caller, fields=companies.FIELDS))
    except (NexusRefused, NexusUnavailable):
        return render(request, "hm/unavailable.html", {"retry_url": request.path}, status=503)
    return spreadsheet.download("clients.csv", HEADER, _file_rows(rows))


@requires("treasury.open")
@require_safe
def client(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    """One client for staff; for a client their own company, and no other."""
    staff = may(request.user, "usage.view")
    if not staff and request.user.company_id != company_id:
        raise Http404
    today = timezone.localdate()
    invoices = Invoice.objects.visible_to(request.user).filter(company_id=company_id)
    context = {
        "company": _company(request, company_id),
        "company_id": company_id,
        "staff": staff,
        "money": may(request.user, "invoices.view"),
        "internal": may(request.user, "invoices.internal"),
        "manage": may(request.user, "usage.manage"),
        "figures": figures.of_companies([company_id], today)[company_id],
        "agreements": Agreement.objects.filter(company_id=company_id).order_by("-start", "title"),
        "devices": _devices(request, company_id),
        "work": TimeEntry.objects.visible_to(request.user)
        .filter(company_id=company_id)
        .select_related("billed__invoice")
        .order_by("-day", "-id")[:LATEST],
        "invoices": invoices.select_related("agreement").order_by("-period_start", "-id")[:LATEST],
        "hours": prepaid.of_company(company_id, today),
        "today": today,
    }
    return render(request, "treasury/overview/client.html", context)


@requires("treasury.open")
@require_safe
def hours(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    """What is left of prepaid hours, and which work used them."""
    if not may(request.user, "usage.view") and request.user.company_id != company_id:
        raise Http404
    pools = prepaid.of_company(company_id, timezone.localdate())
    context = {
        "company": _company(request, company_id),
        "company_id": company_id,
        "pools": prepaid.with_work(pools, TimeEntry.objects.visible_to(request.user)),
    }
    return render(request, "treasury/overview/hours.html", context)


def _page(request: PersonRequest, chosen: Mapping[str, Any]) -> companies.Clients:
    after = request.GET.get("after", "")[:500]
    sort = chosen.get("sort", "")
    if not sort:
        return companies.by_name(request.caller, search=chosen.get("q", ""), after=after)
    seller = Seller.objects.first()
    return companies.by_debt(
        request.caller,
        today=timezone.localdate(),
        overdue=sort == "overdue",
        currency=seller.currency if seller else "EUR",
        after=after,
    )


def _with_figures(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    known = figures.of_companies([uuid.UUID(row["id"]) for row in rows], timezone.localdate())
    return [{**row, "figures": known[uuid.UUID(row["id"])]} for row in rows]


def _file_rows(rows: list[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(rows), 500):
        for row in _with_figures(rows[start : start + 500]):
            found: figures.Figures = row["figures"]
            late = {each.currency: each for each in found.overdue}
            amounts: list[Money | None] = [*found.open] or [None]
            for owed in amounts:
                yield (
                    row["account_number"], row["name"], row["status"], found.agreements,
                    found.devices, found.drafts, f"{found.unbilled_minutes / 60:.2f}",
                    owed.amount if owed else "", _late(late, owed),
                    owed.currency if owed else "",
                )  # fmt: skip


def _late(late: Mapping[str, Money], owed: Money | None) -> Any:
    return late[owed.currency].amount if owed and owed.currency in late else ""


def _company(request: PersonRequest, company_id: uuid.UUID) -> Mapping[str, Any]:
    """Return the company as Nexus tells it; without Nexus the page goes on without its name."""
    try:
        found = directory.companies_by_id(request.caller, [company_id]).get(company_id)
    except (NexusRefused, NexusUnavailable):
        return {"name": "This client", "account_number": "", "silent": True}
    if found is None:
        raise Http404
    return found


def _devices(request: PersonRequest, company_id: uuid.UUID) -> list[tuple[str, int]]:
    found = Device.objects.visible_to(request.user).of(company_id).on(timezone.localdate())
    counts = dict(found.values_list("kind").annotate(Count("pk")))
    return [(label, counts[kind]) for kind, label in DeviceKind.choices if kind in counts]
