"""Companies: the list technicians search, and the page of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.ui.keyset import keyset_page
from hm_auth.ui.partials import render_page_or_part
from nexus.directory.models import Company, Contact
from nexus.directory.queries import CompanyQuerySet
from nexus.pages.forms import CompanyFilter, FilterForm
from nexus.pages.requests import PersonRequest

ORDERS = {
    "name": ("sort_name", "id"),
    "updated": ("-updated_at", "-id"),
    "number": ("account_number",),
}
PAGE_SIZE = 50


@requires("directory.internal")
@require_safe
def companies(request: PersonRequest) -> HttpResponse:
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
        found = found.with_tag(tag)
    return found


@requires("directory.view")
@require_safe
def company(request: PersonRequest, account_number: str) -> HttpResponse:
    visible = Company.objects.visible_to(request.user).select_related(
        "primary_contact", "billing_contact", "merged_into"
    )
    row = load_or_404(visible, account_number=account_number.upper())
    if row.merged_into is not None:
        return redirect("company", row.merged_into.account_number)
    # The locations and users are looked up only where the whole page shows them.
    context = {
        "company": row,
        "locations": row.locations.current().order_by("-is_default", "name", "id"),
        "users": row.users.order_by("full_name", "id")[:PAGE_SIZE],
        **_contacts(request, row),
    }
    return render_page_or_part(
        request, "nexus/company.html", "nexus/parts/contact_table.html", context
    )


def _contacts(request: PersonRequest, row: Company) -> dict[str, Any]:
    form = FilterForm(request.GET)
    found = Contact.objects.visible_to(request.user).current().filter(company=row)
    if text := form.value("q"):
        found = found.search(text)
    page = keyset_page(
        found, order=("sort_name", "id"), after=request.GET.get("after"), size=PAGE_SIZE
    )
    return {"form": form, "page": page, "today": timezone.localdate()}


@requires("directory.view")
@require_safe
def company_by_id(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    """Lead from the id that modules keep to the page people know by its account number."""
    row = load_or_404(Company.objects.visible_to(request.user), id=company_id)
    return redirect("company", row.account_number)
