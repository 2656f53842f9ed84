"""The first page: for billing the business at a glance, for a client their own company."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest
from treasury.agreements.models import Agreement
from treasury.billing_rules.periods import add_months
from treasury.invoices.running import people_of_nexus
from treasury.overview import figures
from treasury.reports import recurring
from treasury.seller.models import Seller
from treasury.usage.companies import names

REMEMBERED = 300  # seconds
ENDING = 6  # agreements that are named


@requires("treasury.open")
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    if may(request.user, "reports.view"):
        return _dashboard(request)
    if request.user.company_id is not None:
        return redirect("client", request.user.company_id)
    return redirect("clients")


def _recurring(request: PersonRequest, today: date, currency: str) -> recurring.Report:
    """Return how recurring revenue moved since a month ago; remembered for a few minutes."""
    key = f"treasury:recurring:{today}:{currency}"
    found: recurring.Report | None = cache.get(key)
    if found is None:
        people = people_of_nexus(request.caller)
        found = recurring.report(add_months(today, -1), today, currency, people)
        cache.set(key, found, REMEMBERED)
    return found


def _ending(request: PersonRequest, today: date) -> list[tuple[str, Agreement]]:
    rows = list(figures.ending(today)[:ENDING])
    known = names(request.caller, [row.company_id for row in rows])
    return [(known.get(row.company_id, ""), row) for row in rows]


def _dashboard(request: PersonRequest) -> HttpResponse:
    today = timezone.localdate()
    seller = Seller.objects.first()
    business = figures.of_business(today)
    currency = figures.busiest_currency(business, seller.currency if seller else "EUR")
    context = {
        "business": business,
        "currency": currency,
        "issued": figures.issued_by_month(today, currency),
        "seller": seller,
        "recurring": _recurring(request, today, currency),
        "ending": _ending(request, today),
    }
    return render(request, "treasury/overview/dashboard.html", context)
