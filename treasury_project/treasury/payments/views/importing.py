"""Importing what the bank booked: paste or upload, look at it, then record it or not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from treasury.payments.bank_import import import_all, match
from treasury.payments.bank_rows import COLUMNS, Unreadable, Wrong, read
from treasury.payments.forms import ImportForm
from treasury.seller.models import Seller

SHOWN = 300


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: PersonRequest) -> HttpResponse:
    """Take the file; its rows travel with the preview, so that nothing has to be kept."""
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if form.is_valid():
        answer = _preview(request, form.cleaned_data["text"])
        if answer is not None:
            return answer
        form.add_error(None, _why(form.cleaned_data["text"]))
    context = {"form": form, "columns": COLUMNS}
    return render(request, "treasury/payments/import.html", context)


@requires("payments.manage")
@require_POST
def preview(request: PersonRequest) -> HttpResponse:
    """Record what the preview showed, with the clients chosen there."""
    text = request.POST.get("text", "")
    try:
        rows = read(text, _currency())
    except Unreadable as problem:
        messages.error(request, str(problem))
        return redirect("payments-import")
    done = import_all(match(rows, request.POST.dict(), today=timezone.localdate()), by=request.user)
    wrong = sum(isinstance(row, Wrong) for row in rows)
    messages.success(
        request,
        f"{done.recorded} recorded, {done.known} were there already, "
        f"{done.left_out + wrong} left out.",
    )
    return redirect("payments")


def _preview(request: PersonRequest, text: str) -> HttpResponse | None:
    try:
        rows = read(text, _currency())
    except Unreadable:
        return None
    found = match(rows, {}, today=timezone.localdate())
    context = {
        "text": text,
        "wrong": [row for row in rows if isinstance(row, Wrong)],
        "ready": [each for each in found if each.company_id and not each.known],
        "asked": [each for each in found if each.suggested],
        "unknown": [
            each for each in found if not (each.known or each.company_id or each.suggested)
        ],
        "known": sum(each.known for each in found),
        "shown": SHOWN,
    }
    return render(request, "treasury/payments/import_preview.html", context)


def _why(text: str) -> str:
    try:
        read(text, _currency())
    except Unreadable as problem:
        return str(problem)
    return ""


def _currency() -> str:
    seller = Seller.objects.only("currency").first()
    return seller.currency if seller else "EUR"
