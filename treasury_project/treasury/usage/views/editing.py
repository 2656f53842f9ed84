"""Adding, correcting, ending and taking back one device, entry of work or reading."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from treasury.usage import forms, operations
from treasury.usage.companies import names
from treasury.usage.models import Device, Reading, TimeEntry

METHODS = ["GET", "HEAD", "POST"]
MODELS: dict[str, Any] = {"devices": Device, "time": TimeEntry, "readings": Reading}
FORMS: dict[str, Any] = {
    "devices": forms.DeviceForm,
    "time": forms.TimeEntryForm,
    "readings": forms.ReadingForm,
}
NOUNS = {"devices": "device", "time": "entry of work", "readings": "reading"}


@requires("usage.manage")
@require_http_methods(METHODS)
def add(request: PersonRequest, company_id: uuid.UUID, kind: str) -> HttpResponse:
    """Add a row of ``kind`` to a company that Nexus knows."""
    name = names(request.caller, [company_id]).get(company_id)
    if name is None:
        raise Http404
    row = MODELS[kind](company_id=company_id)
    first: dict[str, Any] = {"day": timezone.localdate(), "start": timezone.localdate()}
    if kind == "time":
        first["person"] = request.user.display_name
    form = FORMS[kind](request.POST or None, instance=row, initial=first)
    back = f"{reverse(f'usage-{kind}')}?company={company_id}"
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, f"{row} is added.")
        return redirect(back)
    return _form(request, form, f"New {NOUNS[kind]} of {name}", back)


@requires("usage.manage")
@require_http_methods(METHODS)
def edit(request: PersonRequest, pk: Any, kind: str) -> HttpResponse:
    row = load_or_404(MODELS[kind].objects.visible_to(request.user), pk=pk)
    form = FORMS[kind](request.POST or None, instance=row)
    back = f"{reverse(f'usage-{kind}')}?company={row.company_id}"
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, f"{row} is saved.")
        return redirect(back)
    return _form(request, form, f"{NOUNS[kind].capitalize()}: {row}", back, row=row, kind=kind)


@requires("usage.manage")
@require_http_methods(METHODS)
def remove(request: PersonRequest, pk: Any, kind: str) -> HttpResponse:
    """Ask first: it disappears from earlier bills too, which the next one then corrects."""
    row = load_or_404(MODELS[kind].objects.visible_to(request.user), pk=pk)
    back = reverse(f"usage-{kind}-edit", args=[pk])
    if request.method == "POST":
        try:
            operations.remove(row, by=request.user)
        except operations.NotPossible as problem:
            messages.error(request, str(problem))
            return redirect(back)
        messages.success(request, f"{row} is removed.")
        return redirect(f"{reverse(f'usage-{kind}')}?company={row.company_id}")
    gone = " If it is only gone, give its last day instead." if kind == "devices" else ""
    context = {
        "title": f"Remove {row}?",
        "question": f"As if it had never been there: what was billed for it is given back.{gone}",
        "submit_label": "Remove",
        "cancel_url": back,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


def _saved(request: PersonRequest, form: Any) -> bool:
    row = form.instance
    try:
        if day := form.cleaned_data.get("from_day"):
            operations.change_device(row, from_day=day, by=request.user)
        else:
            operations.save(row, by=request.user)
    except operations.NotPossible as problem:
        form.add_error(None, str(problem))
        return False
    return True


def _form(request: PersonRequest, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "cancel_url": back, **more}
    return render(request, "treasury/usage/form.html", context)
