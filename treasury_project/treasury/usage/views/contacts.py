"""The contacts of a company, and how each is billed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth import directory
from hm_auth.access import load_or_404, may, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from treasury.usage import operations
from treasury.usage.companies import names
from treasury.usage.forms import ContactBillingForm
from treasury.usage.models import ContactBilling


@requires("usage.view")
@require_safe
def contacts(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    name = names(request.caller, [company_id]).get(company_id)
    if name is None:
        raise Http404
    try:
        people = list(directory.iter_contacts(request.caller, company=str(company_id)))
    except (NexusUnavailable, NexusRefused):
        return render(request, "hm/unavailable.html", {"retry_url": request.path}, status=503)
    special = ContactBilling.objects.visible_to(request.user).filter(company_id=company_id)
    by_contact: dict[str, list[ContactBilling]] = {}
    for each in special.order_by("-start"):
        by_contact.setdefault(str(each.contact_id), []).append(each)
    rows = [
        {
            "person": person,
            "special": by_contact.get(person["id"], []),
            "first": _day(person.get("active_from")),
            "last": _day(person.get("active_until"), -1),  # Nexus names the day after the last
        }
        for person in people
    ]
    context = {
        "rows": rows,
        "company_id": company_id,
        "company_name": name,
        "manage": may(request.user, "usage.manage"),
    }
    return render(request, "treasury/usage/contacts.html", context)


def _day(text: str | None, later: int = 0) -> date | None:
    return date.fromisoformat(text) + timedelta(days=later) if text else None


@requires("usage.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def bill(request: PersonRequest, company_id: uuid.UUID, contact_id: uuid.UUID) -> HttpResponse:
    """Bill a contact in another way from a day on."""
    person = _person(request, company_id, contact_id)
    row = ContactBilling(company_id=company_id, contact_id=contact_id)
    form = ContactBillingForm(
        request.POST or None, instance=row, initial={"start": timezone.localdate()}
    )
    back = reverse("usage-contacts", args=[company_id])
    title = f"How {person['full_name']} is billed"
    return _answer(request, form, back, {"title": title})


@requires("usage.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PersonRequest, company_id: uuid.UUID, pk: int) -> HttpResponse:
    found = ContactBilling.objects.visible_to(request.user)
    row = load_or_404(found, company_id=company_id, pk=pk)
    form = ContactBillingForm(request.POST or None, instance=row)
    back = reverse("usage-contacts", args=[company_id])
    return _answer(request, form, back, {"title": "How a contact is billed"})


def _answer(
    request: PersonRequest, form: ContactBillingForm, back: str, context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            operations.save(form.instance, by=request.user)
        except operations.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect(back)
    return render(
        request, "treasury/usage/form.html", {"form": form, "cancel_url": back, **context}
    )


def _person(
    request: PersonRequest, company_id: uuid.UUID, contact_id: uuid.UUID
) -> Mapping[str, Any]:
    try:
        people = directory.iter_contacts(request.caller, company=str(company_id))
        for person in people:
            if person["id"] == str(contact_id):
                return person
    except (NexusUnavailable, NexusRefused) as problem:
        raise Http404 from problem
    raise Http404
