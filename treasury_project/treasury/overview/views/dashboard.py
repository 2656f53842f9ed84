"""The first page: for billing the business at a glance, for a client their own company."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import may, requires
from treasury.overview import figures
from treasury.requests import PersonRequest
from treasury.seller.models import Seller


@requires("treasury.open")
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    if may(request.user, "reports.view"):
        return _dashboard(request)
    if request.user.company_id is not None:
        return redirect("client", request.user.company_id)
    return redirect("clients")


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
    }
    return render(request, "treasury/overview/dashboard.html", context)
