"""Reminders and late fees: what is suggested, what was decided, and deciding."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hm_auth.access import requires
from hm_auth.answers import Caller
from hm_auth.requests import PersonRequest
from treasury.catalogue.models import Product
from treasury.delivery.recipients import invoice_emails
from treasury.dunning import operations
from treasury.dunning.models import Measure, Notice
from treasury.dunning.suggestions import Suggestion, companies, count, named, page
from treasury.seller.models import Seller

LATELY = 30


@requires("payments.manage")
@require_safe
def suggested(request: PersonRequest) -> HttpResponse:
    today = timezone.localdate()
    found = page(today, request.GET.get("after"))
    context = {
        "page": found,
        "waiting": count(today) if found.next or "after" in request.GET else 0,
        "unreachable": _unreachable(request.caller, found.rows),
        "has_seller": Seller.objects.exists(),
        "fee_untaxed": _untaxed(found.rows),
        "decided": Notice.objects.select_related("invoice", "decided_by", "addition").order_by(
            "-decided_at", "-id"
        )[:LATELY],
    }
    return render(request, "treasury/dunning/suggested.html", context)


@requires("payments.manage")
@require_POST
def decide(request: PersonRequest) -> HttpResponse:
    """Approve (asking once more) or dismiss what was ticked, or approve the whole page."""
    today = timezone.localdate()
    do = request.POST.get("do", "")
    keys = request.POST.getlist("shown" if do == "approve-all" else "pick")
    if do == "dismiss":
        _dismiss(request, keys)
        return redirect("dunning")
    picked = named(keys, today)
    if not picked:
        messages.info(request, "Nothing was chosen, or it is settled meanwhile.")
        return redirect("dunning")
    if do != "confirmed":
        return render(request, "treasury/dunning/confirm.html", _question(request, picked))
    to = invoice_emails(request.caller, companies(picked))
    done = operations.approve(keys, to=to, today=today, by=request.user)
    reminders = sum(each.measure == Measure.REMINDER for each in done.notices)
    fees = len(done.notices) - reminders
    messages.success(request, f"{reminders} reminders are on their way, {fees} fees are charged.")
    for why in done.left_out:
        messages.warning(request, why)
    return redirect("dunning")


def _dismiss(request: PersonRequest, keys: Sequence[str]) -> None:
    try:
        done = operations.dismiss(
            keys,
            reason=request.POST.get("reason", ""),
            today=timezone.localdate(),
            by=request.user,
        )
    except operations.NoReason as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{len(done.notices)} dismissed.")


def _question(request: PersonRequest, picked: Sequence[Suggestion]) -> dict[str, object]:
    return {
        "picked": picked,
        "reminders": sum(each.measure is Measure.REMINDER for each in picked),
        "fees": [each for each in picked if each.measure is Measure.LATE_FEE],
        "clients": len(companies(picked)),
        "unreachable": _unreachable(request.caller, picked),
    }


def _untaxed(found: Sequence[Suggestion]) -> str:
    """Return why no fee of ``found`` can be charged yet, or nothing."""
    fees = any(each.measure is Measure.LATE_FEE for each in found)
    known = not fees or Product.objects.filter(sku=operations.FEE_SKU).exists()
    return "" if known else operations.UNTAXED


def _unreachable(caller: Caller, found: Sequence[Suggestion]) -> list[str]:
    """Return the names of those whom no reminder reaches: no address is known just now."""
    names = {
        each.invoice.company_id: each.client_name
        for each in found
        if each.measure is Measure.REMINDER
    }
    to = invoice_emails(caller, names)
    return sorted(name for pk, name in names.items() if not to[pk])
