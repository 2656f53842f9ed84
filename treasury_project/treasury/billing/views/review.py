"""The month: run it, see how far it is, look at what changed, approve."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.billing import operations, queries
from treasury.billing.forms import ReviewFilter
from treasury.billing.models import Approval
from treasury.billing_rules.money import Money
from treasury.invoices.clients import name_them
from treasury.invoices.models import BillingRun, RunState
from treasury.usage.companies import names

SIZE = 40
ORDERS = {"": ("-size", "-id"), "net": ("-net", "-id"), "old": ("period_start", "id")}
ACTIVE = (RunState.WAITING, RunState.RUNNING)


@requires("invoices.internal")
@require_safe
def review(request: PersonRequest) -> HttpResponse:
    form = ReviewFilter(request.GET)
    form.is_valid()
    show, sort = form.cleaned_data.get("show", ""), form.cleaned_data.get("sort", "")
    found = _shown(show)
    page = keyset_page(found, ORDERS[sort], request.GET.get("after"), SIZE)
    name_them(request.caller, page.rows)
    queries.explain(page.rows)
    context = {
        "page": page,
        "form": form,
        "show": show,
        "clean_count": _shown("clean").count(),
        "alone": _alone(request),
        "gone": _gone(request),
        **_state(request),
    }
    return render(request, "treasury/billing/review.html", context)


@requires("invoices.internal")
@require_safe
def progress(request: PersonRequest) -> HttpResponse:
    """How far the worker is; htmx asks again while it works, then loads the page anew."""
    context = _state(request)
    answer = render(request, "treasury/billing/parts/progress.html", context)
    if not context["active"]:
        answer["HX-Refresh"] = "true"
    return answer


@requires("invoices.issue")
@require_POST
def run(request: PersonRequest) -> HttpResponse:
    operations.ask_for_run(by=request.user)
    return redirect("billing")


@requires("invoices.issue")
@require_POST
def approve(request: PersonRequest) -> HttpResponse:
    """Ask first: what is issued cannot be taken back, only credited."""
    which = request.POST.get("which", "")
    rows = _chosen(which, request.POST.getlist("invoice"))
    count, sums = len(rows), _sums(rows)
    if not rows:
        messages.info(request, "Choose at least one draft.")
        return redirect("billing")
    if request.POST.get("confirmed") == str(count):
        send = request.POST.get("send") == "1"
        operations.approve([row.pk for row in rows], send=send, by=request.user)
        return redirect("billing")
    context = {
        "which": which,
        "invoices": [] if which == "clean" else rows,
        "count": count,
        "sums": sums,
        "changed": "confirmed" in request.POST,
    }
    return render(request, "treasury/billing/approve.html", context)


def _shown(show: str) -> QuerySet[Any]:
    found = queries.drafts()
    return found if not show else found.filter(flagged=show == "flagged")


def _chosen(which: str, pks: Sequence[str]) -> list[Any]:
    if which == "clean":
        return list(_shown("clean"))
    wanted = []
    for pk in pks[:1000]:
        try:
            wanted.append(uuid.UUID(pk))
        except ValueError:
            continue
    return list(queries.drafts().filter(pk__in=wanted))


def _sums(rows: Sequence[Any]) -> list[Money]:
    found: dict[str, Money] = {}
    for row in rows:
        amount = Money(row.gross, row.currency)
        found[row.currency] = found[row.currency] + amount if row.currency in found else amount
    return [found[currency] for currency in sorted(found)]


def _alone(request: PersonRequest) -> list[tuple[uuid.UUID, str]]:
    """Return companies that have devices and no agreement, with their names."""
    found = queries.without_agreement(timezone.localdate())
    known = names(request.caller, found)
    return [(company, known.get(company, "")) for company in found]


def _gone(request: PersonRequest) -> list[tuple[uuid.UUID, str, uuid.UUID | None, str]]:
    """Return the archived clients still billed, and whom they were merged into, by name."""
    found = list(queries.gone().items())[:100]
    known = names(request.caller, {each for pair in found for each in pair if each})
    return [
        (company, known.get(company, ""), into, known.get(into, "") if into else "")
        for company, into in found
    ]


def _state(request: PersonRequest) -> dict[str, Any]:
    last = BillingRun.objects.select_related("asked_by").order_by("-asked_at", "-id").first()
    approval = Approval.objects.select_related("asked_by").order_by("-asked_at", "-id").first()
    active = [each for each in (last, approval) if each is not None and each.state in ACTIVE]
    context: dict[str, Any] = {"run": last, "approval": approval, "active": bool(active)}
    if not active and last is not None:
        companies = [uuid.UUID(each["company"]) for each in last.left_out[:50]]
        companies += [uuid.UUID(company) for company in list(last.unbilled)[:50]]
        known = names(request.caller, companies)
        context["left_out"] = [
            {**each, "name": known.get(uuid.UUID(each["company"]), "")}
            for each in last.left_out[:50]
        ]
        context["unbilled"] = [
            (company, known.get(uuid.UUID(company), ""), minutes)
            for company, minutes in list(last.unbilled.items())[:50]
        ]
    return context
