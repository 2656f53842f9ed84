"""Statements of account, and receivables by age; each as a page and as CSV."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest
from treasury.payments.clients import client_name, names_of
from treasury.receivables.aging import BUCKETS, Aged, aged_receivables, totals
from treasury.receivables.forms import AsOf, Period
from treasury.receivables.statements import Statement, statements
from treasury.seller.models import Seller
from treasury.spreadsheet import download

A_YEAR = timedelta(days=365)
PAGE_SIZE = 100
STATEMENT = ("Day", "What", "Text", "Amount", "Balance", "Currency")
SORTS = ("name", *(each.value for each in BUCKETS), "owed", "credit")


@requires("statements.view")
@require_safe
def own_statement(request: PersonRequest) -> HttpResponse:
    """Lead clients to their statement, and billing to those of all."""
    if request.user.company_id is None:
        return redirect("receivables" if may(request.user, "payments.manage") else "invoices")
    return redirect("statement", request.user.company_id)


@requires("statements.view")
@require_safe
def statement(request: PersonRequest, company_id: uuid.UUID) -> HttpResponseBase:
    internal = may(request.user, "payments.manage")
    own = request.user.company_id == company_id
    name = client_name(request.caller, company_id) if internal or own else ""
    if not name and not own:
        raise Http404
    today = timezone.localdate()
    days = {"first": today - A_YEAR, "last": today}
    form = Period(request.GET if "first" in request.GET else days)
    context = {"form": form, "name": name, "company_id": company_id, "internal": internal}
    if not form.is_valid():
        return render(request, "treasury/receivables/statement.html", context, status=400)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    found = statements(company_id, first, last)
    context |= {"first": first, "last": last, "found": found}
    wanted = request.GET.get("as")
    if wanted == "csv":
        rows = _statement_rows(found, first, last, internal=internal)
        return download(f"statement-{first}-{last}.csv", STATEMENT, rows)
    if wanted == "print":
        context["seller"] = Seller.objects.defer("logo").first()
        return render(request, "treasury/receivables/statement_print.html", context)
    return render(request, "treasury/receivables/statement.html", context)


@requires("payments.manage")
@require_safe
def receivables(request: PersonRequest) -> HttpResponseBase:
    today = timezone.localdate()
    form = AsOf(request.GET if "on" in request.GET else {"on": today}, today=today)
    if not form.is_valid():
        return render(request, "treasury/receivables/aged.html", {"form": form}, status=400)
    on = form.cleaned_data["on"]
    rows = aged_receivables(on, today)
    names = names_of(row.company_id for row in rows if row.company_id)
    sort = request.GET.get("sort", "")
    ordered = _sorted(rows, names, sort if sort in SORTS else "owed")
    if request.GET.get("as") == "csv":
        return download(f"receivables-{on}.csv", _aged_header(), _aged_rows(ordered, names))
    page = _page(ordered, request.GET.get("after", ""))
    context = {
        "form": form,
        "on": on,
        "past": on < today,
        "buckets": BUCKETS,
        "page": page,
        "rows": [(row, names.get(row.company_id, "")) for row in page.rows if row.company_id],
        "totals": totals(rows),
        "sort": sort if sort in SORTS else "owed",
    }
    return render(request, "treasury/receivables/aged.html", context)


@dataclass(frozen=True, slots=True)
class _Page:
    rows: Sequence[Aged]
    next: str | None


def _page(ordered: Sequence[Aged], after: str) -> _Page:
    """Return the rows that follow the one ``after`` names; the first when it is gone."""
    keys = [f"{row.company_id}:{row.currency}" for row in ordered]
    first = keys.index(after) + 1 if after in keys else 0
    end = first + PAGE_SIZE
    return _Page(ordered[first:end], keys[end - 1] if end < len(keys) else None)


def _sorted(rows: Sequence[Aged], names: dict[Any, str], sort: str) -> list[Aged]:
    """Return ``rows`` by name, or by an amount, the largest first; currencies apart."""
    ordered = sorted(rows, key=lambda row: names.get(row.company_id, "").casefold())
    if sort == "name":
        return ordered
    return sorted(ordered, key=lambda row: (row.currency, -_amount(row, sort)))


def _amount(row: Aged, sort: str) -> Any:
    if sort in ("owed", "credit"):
        return getattr(row, sort).amount
    return next(row.buckets[each].amount for each in BUCKETS if each.value == sort)


def _statement_rows(
    found: Sequence[Statement], first: date, last: date, *, internal: bool
) -> Iterator[Sequence[Any]]:
    for each in found:
        yield first, "Opening balance", "", "", each.opening.amount, each.currency
        for row in each.rows:
            entry = row.entry
            amounts = entry.amount.amount, row.balance.amount, each.currency
            yield entry.day, entry.what, entry.text if internal else entry.text_for_client, *amounts
        yield last, "Closing balance", "", "", each.closing.amount, each.currency


def _aged_rows(rows: Sequence[Aged], names: dict[Any, str]) -> Iterator[Sequence[Any]]:
    for row in rows:
        cells = [cell.amount for _, cell in row.cells]
        name = names.get(row.company_id, str(row.company_id))
        yield name, row.currency, *cells, row.owed.amount, row.credit.amount


def _aged_header() -> list[str]:
    return ["Client", "Currency", *[_heading(each.value) for each in BUCKETS], "Open", "Credit"]


def _heading(value: str) -> str:
    return "Not due" if value == "current" else f"{value} days"
