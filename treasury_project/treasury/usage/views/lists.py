"""The lists of devices, work and readings, of all companies or of one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.usage.companies import names
from treasury.usage.forms import DeviceFilter, ReadingFilter, TimeFilter
from treasury.usage.models import Device, Reading, TimeEntry

SIZE = 50


@requires("usage.view")
@require_safe
def devices(request: PersonRequest) -> HttpResponse:
    form, chosen = _chosen(DeviceFilter(request.GET))
    found = Device.objects.visible_to(request.user).of(chosen.get("company"))
    today = timezone.localdate()
    if chosen.get("state") == "gone":
        found = found.gone(today)
    elif chosen.get("state") != "all":
        found = found.on(today)
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    if part := chosen.get("q"):
        found = found.named(part)
    page = keyset_page(found, ("hostname", "id"), request.GET.get("after"), SIZE)
    return _list(request, "devices", form, page)


@requires("usage.view")
@require_safe
def time_entries(request: PersonRequest) -> HttpResponse:
    form, chosen = _chosen(TimeFilter(request.GET))
    found = TimeEntry.objects.visible_to(request.user).of(chosen.get("company"))
    if chosen.get("state") == "unbilled":
        found = found.unbilled()
    elif chosen.get("state") == "billed":
        found = found.filter(billed__isnull=False)
    if first := chosen.get("first"):
        found = found.filter(day__gte=first)
    if last := chosen.get("last"):
        found = found.filter(day__lte=last)
    found = found.select_related("billed__invoice")
    page = keyset_page(found, ("-day", "-id"), request.GET.get("after"), SIZE)
    return _list(request, "time", form, page)


@requires("usage.view")
@require_safe
def readings(request: PersonRequest) -> HttpResponse:
    form, chosen = _chosen(ReadingFilter(request.GET))
    found = Reading.objects.visible_to(request.user).of(chosen.get("company"))
    if meter := chosen.get("meter"):
        found = found.filter(meter=meter)
    page = keyset_page(found, ("-day", "-id"), request.GET.get("after"), SIZE)
    return _list(request, "readings", form, page)


def _chosen(form: Any) -> tuple[Any, dict[str, Any]]:
    """Return what was filtered by; a filter that cannot be read is shown and left out."""
    form.is_valid()
    return form, form.cleaned_data


def _list(request: PersonRequest, name: str, form: Any, page: Any) -> HttpResponse:
    company = form.cleaned_data.get("company")
    known = name_companies(request, page.rows, also=company)
    context = {
        "page": page,
        "form": form,
        "tab": name,
        "company_id": company,
        "company_name": known.get(company, ""),
        "filtered": any(value for key, value in form.cleaned_data.items() if key != "company"),
        "manage": may(request.user, "usage.manage"),
    }
    return render(request, f"treasury/usage/{name}.html", context)


def name_companies(
    request: PersonRequest, rows: Iterable[Any], *, also: uuid.UUID | None = None
) -> dict[uuid.UUID | None, str]:
    """Give each row its ``company_name`` with one question to Nexus, and return all names."""
    rows = list(rows)
    wanted = {row.company_id for row in rows} | ({also} if also else set())
    known: dict[uuid.UUID | None, str] = dict(names(request.caller, wanted).items())
    for row in rows:
        row.company_name = known.get(row.company_id, "")
    return known
