"""Companies: the list technicians search, and the page of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hm_auth.access import load_or_404, requires
from hm_auth.permissions import allows
from hm_auth.ui.keyset import keyset_page
from nexus.accounts.models import User
from nexus.directory.models import Company, Contact
from nexus.directory.queries import CompanyQuerySet
from nexus.pages.forms import CompanyFilter, FilterForm
from nexus.pages.partials import render_page_or_part

ORDERS = {
    "name": ("name", "id"),
    "updated": ("-updated_at", "-id"),
    "number": ("account_number",),
}
PAGE_SIZE = 50


@requires("directory.internal")
def companies(request: HttpRequest) -> HttpResponse:
    form = CompanyFilter(request.GET)
    order = ORDERS[form.value("sort") or "name"]
    found = _filtered(Company.objects.visible_to(request.user), form)
    page = keyset_page(found, order=order, after=request.GET.get("after"), size=PAGE_SIZE)
    context = {"form": form, "page": page}
    return render_page_or_part(
        request, "nexus/companies.html", "nexus/parts/company_table.html", context
    )


def _filtered(found: CompanyQuerySet, form: CompanyFilter) -> CompanyQuerySet:
    if not form.value("archived"):
        found = found.current()
    if text := form.value("q"):
        found = found.search(text)
    if status := form.value("status"):
        found = found.filter(status=status)
    if tag := form.value("tag"):
        found = found.filter(tags__contains=[tag])
    return found


@requires("directory.view")
def company(request: HttpRequest, account_number: str) -> HttpResponse:
    visible = Company.objects.visible_to(request.user).select_related(
        "primary_contact", "billing_contact"
    )
    row = load_or_404(visible, account_number=account_number.upper())
    context = {"company": row, **_contacts(request, row)}
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "nexus/parts/company_contacts.html", context)
    reader: User = request.user  # type: ignore[assignment]
    context["locations"] = row.locations.current().order_by("-is_default", "name")
    context["internal"] = allows(reader.permission_level, "directory.internal")
    context["manage"] = allows(reader.permission_level, "directory.manage")
    if allows(reader.permission_level, "users.manage"):
        context["users"] = row.users.order_by("full_name", "id")[:PAGE_SIZE]
    return render(request, "nexus/company.html", context)


def _contacts(request: HttpRequest, row: Company) -> dict[str, Any]:
    form = FilterForm(request.GET)
    found = Contact.objects.visible_to(request.user).current().filter(company=row)
    if text := form.value("q"):
        found = found.search(text)
    order = ("last_name", "first_name", "id")
    page = keyset_page(found, order=order, after=request.GET.get("after"), size=PAGE_SIZE)
    return {"form": form, "page": page, "today": timezone.localdate()}


@requires("directory.view")
def company_by_id(request: HttpRequest, company_id: uuid.UUID) -> HttpResponse:
    """Lead from the id that modules keep to the page people know by its account number."""
    row = load_or_404(Company.objects.visible_to(request.user), id=company_id)
    return redirect("company", row.account_number)
