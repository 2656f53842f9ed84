"""The first page after signing in: the modules to open, and the way into the directory."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import may, requires
from nexus.accounts.models import User
from nexus.directory.models import Company, Contact, Location
from nexus.pages.requests import PersonRequest

RECENT = 8
OWN_CONTACTS = 10


@requires("account.own")
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    staff = may(request.user, "directory.internal")
    context = _recent_companies(request.user) if staff else _own_company(request.user)
    return render(request, "nexus/home.html", context)


def _recent_companies(reader: User) -> dict[str, Any]:
    companies = Company.objects.visible_to(reader).current().order_by("-updated_at", "-id")
    return {"recent": companies[:RECENT]}


def _own_company(reader: User) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "today": today,
        "company": Company.objects.visible_to(reader).first(),
        "locations": Location.objects.visible_to(reader).order_by("-is_default", "name", "id"),
        "contacts": Contact.objects.visible_to(reader)
        .active_on(today)
        .order_by("sort_name", "id")[:OWN_CONTACTS],
    }
