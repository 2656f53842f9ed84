"""Crediting an invoice: choose lines and amounts, look at the note, then issue it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.billing_rules.money import Money
from treasury.invoices import credit_notes
from treasury.invoices.credit_notes import CannotCredit, Standing
from treasury.invoices.models import Invoice


@requires("payments.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def credit_note(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Invoice.objects.visible_to(request.user), pk=pk)
    try:
        before = credit_notes.standing(row)
    except CannotCredit as problem:
        messages.error(request, str(problem))
        return redirect("invoice", pk)
    if request.method != "POST":
        return _page(request, before)
    try:
        amounts = _amounts(request.POST, before)
        made = credit_notes.preview(row, amounts=amounts)
        reason = _reason(request.POST)
        if request.POST.get("step") != "issue":
            return _page(request, before, made=made)
        note = credit_notes.issue_credit_note(
            row,
            amounts=amounts,
            reason=reason,
            today=timezone.localdate(),
            by=request.user,
            seen=_seen(request.POST.get("seen", ""), row.currency),
        )
    except CannotCredit as problem:
        return _page(request, before, problem=str(problem))
    messages.success(request, f"{note.label} is issued: {-Money(note.gross, note.currency)} back.")
    return redirect("invoice", note.pk)


def _page(request: PersonRequest, before: Standing, **more: Any) -> HttpResponse:
    typed = request.POST
    lines = [
        {"name": f"line-{number}", "each": each, "typed": typed.get(f"line-{number}", "")}
        for number, each in enumerate(before.lines)
    ]
    names = {each.line.identity: each.line.description for each in before.lines}
    made = more.get("made")
    context = {
        "invoice": before.invoice,
        "lines": lines,
        "reason": typed.get("reason", ""),
        "everything": "all" in typed,
        "seen": before.credited.amount,
        "credited": before.credited,
        "rows": [(names[line.key], line) for line in made.lines] if made else [],
        **more,
    }
    return render(request, "treasury/payments/credit_note.html", context)


def _reason(typed: Mapping[str, str]) -> str:
    if reason := typed.get("reason", "").replace("\x00", "").strip()[:500]:
        return reason
    raise CannotCredit("Say why: the credit note has to tell.")


def _amounts(typed: Mapping[str, str], before: Standing) -> dict[str, Money] | None:
    """Return the amounts typed by line, None for all that is left. Raises CannotCredit."""
    if "all" in typed:
        return None
    found = {}
    for number, each in enumerate(before.lines):
        text = typed.get(f"line-{number}", "").strip().replace(",", ".")
        if not text:
            continue
        try:
            found[each.line.identity] = Money(Decimal(text), before.invoice.currency)
        except (InvalidOperation, ValueError):
            raise CannotCredit(f"“{text}” is no amount in {before.invoice.currency}.") from None
    if not found:
        raise CannotCredit("Give an amount for a line, or choose all that is left.")
    return found


def _seen(text: str, currency: str) -> Money:
    try:
        return Money(Decimal(text), currency)
    except (InvalidOperation, ValueError):
        raise CannotCredit("Look at the preview again.") from None
