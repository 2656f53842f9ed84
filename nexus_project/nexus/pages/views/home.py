"""The first page after signing in: the modules to open, and the way into the directory."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hm_auth.access import requires
from hm_auth.permissions import allows
from nexus.accounts.models import User
from nexus.directory.models import Company, Contact, Location

RECENT = 8
OWN_CONTACTS = 10


@requires("account.own")
def home(request: HttpRequest) -> HttpResponse:
    reader: User = request.user  # type: ignore[assignment]
    staff = allows(reader.permission_level, "directory.internal")
    directory = _recent_companies(reader) if staff else _own_company(reader)
    return render(request, "nexus/home.html", {"staff": staff, **directory})


def _recent_companies(reader: User) -> dict[str, Any]:
    companies = Company.objects.visible_to(reader).current().order_by("-updated_at", "-id")
    return {"recent": companies[:RECENT]}


def _own_company(reader: User) -> dict[str, Any]:
    return {
        "company": Company.objects.visible_to(reader).first(),
        "locations": Location.objects.visible_to(reader).order_by("-is_default", "name"),
        "contacts": Contact.objects.visible_to(reader).order_by("last_name", "first_name", "id")[
            :OWN_CONTACTS
        ],
    }
