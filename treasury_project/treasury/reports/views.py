"""The pages of reports, each with a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import requires
from hm_auth.replica import may_lag
from hm_auth.requests import PersonRequest
from treasury import spreadsheet
from treasury.billing_rules.periods import add_months
from treasury.days import sensible
from treasury.invoices.running import people_of_nexus
from treasury.reports import profit, recurring
from treasury.seller.models import Seller
from treasury.usage.companies import names

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SHOWN = 300


class DaysForm(forms.Form):
    first = forms.DateField(label="From", widget=DAY, validators=[sensible])
    last = forms.DateField(label="To and including", widget=DAY, validators=[sensible])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", "The last day lies before the first.")
        return data


@requires("reports.view")
@require_safe
@may_lag
def revenue(request: PersonRequest) -> HttpResponse:
    """How recurring revenue moved between two days."""
    today = timezone.localdate()
    form = _days(request, add_months(today.replace(day=1), -1), today)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        days = form.cleaned_data["first"], form.cleaned_data["last"]
        found = recurring.report(*days, _currency(), people_of_nexus(request.caller))
        changes = found.changes[:SHOWN]
        context |= {"report": found, "changes": _named(request, changes), "days": days}
    return render(request, "treasury/reports/revenue.html", context)


@requires("reports.view")
@require_safe
@may_lag
def profitability(request: PersonRequest) -> HttpResponseBase:
    """What was earned with each client."""
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    form = _days(request, last.replace(day=1), last)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        seller = Seller.objects.first()
        days = form.cleaned_data["first"], form.cleaned_data["last"]
        rows = profit.by_client(*days, _currency(), seller.hour_cost if seller else Decimal(0))
        if request.GET.get("format") == "csv":
            return _file(request, rows, *days)
        context |= {"rows": _named(request, rows[:SHOWN]), "more": max(len(rows) - SHOWN, 0)}
    return render(request, "treasury/reports/profitability.html", context)


def _days(request: PersonRequest, first: date, last: date) -> DaysForm:
    given = request.GET if "first" in request.GET else {"first": first, "last": last}
    return DaysForm(given)


def _currency() -> str:
    seller = Seller.objects.first()
    return seller.currency if seller else "EUR"


def _named(request: PersonRequest, rows: Iterable[Any]) -> list[tuple[str, Any]]:
    rows = list(rows)
    known = names(request.caller, [row.company_id for row in rows])
    return [(known.get(row.company_id, ""), row) for row in rows]


def _file(
    request: PersonRequest, rows: list[profit.Profit], first: date, last: date
) -> HttpResponseBase:
    header = ("client", "revenue", "goods", "hours", "work", "profit", "margin %", "currency")
    table = (
        (
            name, row.revenue.amount, row.goods.amount, f"{row.minutes / 60:.2f}", row.work.amount,
            row.profit.amount, "" if row.margin is None else row.margin, row.revenue.currency,
        )
        for name, row in _named(request, rows)
    )  # fmt: skip
    return spreadsheet.download(f"profit-{first}-{last}.csv", header, table)
