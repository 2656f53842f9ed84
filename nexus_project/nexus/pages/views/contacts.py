"""Contacts: the people of all companies, and the page of one."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.ui.keyset import keyset_page
from hm_auth.ui.partials import render_page_or_part
from nexus.directory.models import Contact
from nexus.directory.queries import ContactQuerySet
from nexus.pages.forms import ContactFilter
from nexus.pages.requests import PersonRequest

ORDER = ("sort_name", "id")
PAGE_SIZE = 50


@requires("directory.internal")
@require_safe
def contacts(request: PersonRequest) -> HttpResponse:
    form = ContactFilter(request.GET)
    found = _filtered(Contact.objects.visible_to(request.user).select_related("company"), form)
    page = keyset_page(found, order=ORDER, after=request.GET.get("after"), size=PAGE_SIZE)
    context = {"form": form, "page": page, "today": timezone.localdate()}
    return render_page_or_part(
        request, "nexus/contacts.html", "nexus/parts/contact_table.html", context
    )


def _filtered(found: ContactQuerySet, form: ContactFilter) -> ContactQuerySet:
    if not form.value("former"):
        found = found.current().active_on(timezone.localdate())
    if text := form.value("q"):
        found = found.search(text)
    if role := form.value("role"):
        found = found.with_role(role)
    if form.value("vip"):
        found = found.filter(vip=True)
    return found


@requires("directory.view")
@require_safe
def contact(request: PersonRequest, contact_id: uuid.UUID) -> HttpResponse:
    visible = Contact.objects.visible_to(request.user).select_related("company", "location", "user")
    row = load_or_404(visible, id=contact_id)
    if row.merged_into_id is not None:
        return redirect("contact", row.merged_into_id)
    return render(request, "nexus/contact.html", {"contact": row, "today": timezone.localdate()})
