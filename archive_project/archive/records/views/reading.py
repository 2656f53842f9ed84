"""Reading records: the list of a type, one record, its history, and what expires."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from archive.records.forms import ExpiringForm, ListForm
from archive.records.history import entries
from archive.records.models import Expiry, Record, RecordType
from archive.records.shown import Names
from archive.spaces.models import Space
from hm_auth.access import load_or_404, may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50
ORDERS = {"name": ("name", "id"), "changed": ("-updated_at", "-id")}
COLUMNS = 3  # of a type's fields, in its list


def load_record(
    request: PersonRequest, kind: str, record: uuid.UUID, capability: str = "archive.open"
) -> Record:
    """Return the record with its type and space, or 404, or 403 for ``capability``."""
    rows = Record.objects.visible_to(request.user).select_related("type", "space")
    found = load_or_404(rows, type__slug=kind, pk=record)
    if not may(request.user, capability):
        raise PermissionDenied
    return found


@require_safe
@requires("archive.open")
def records(request: PersonRequest, kind: str) -> HttpResponse:
    """The records of one type; the first fields are columns."""
    found = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    form = ListForm(request.GET)
    rows = Record.objects.visible_to(request.user).filter(type=found).select_related("space")
    trash = bool(form.value("trash")) and may(request.user, "archive.write")
    rows = rows.trashed() if trash else rows.current()
    if text := form.value("q"):
        rows = rows.search(text)
    if space := form.value("space"):
        rows = rows.filter(space__slug=space)
    order = ORDERS[form.value("sort") or "name"]
    page = keyset_page(rows, order, request.GET.get("after"), PAGE)
    fields = list(found.fields.order_by("position", "name")[:COLUMNS])
    names = Names(page.rows, fields, user=request.user, caller=request.caller)
    context = {
        "type": found, "form": form, "page": page, "fields": fields, "trash": trash,
        "rows": [(row, names.of(row)) for row in page.rows],
        "spaces": Space.objects.visible_to(request.user).order_by("name").only("name", "slug"),
    }  # fmt: skip
    return render(request, "archive/records/list.html", context)


@require_safe
@requires("archive.open")
def record(request: PersonRequest, kind: str, record: uuid.UUID) -> HttpResponse:
    found = load_record(request, kind, record)
    fields = list(found.type.fields.order_by("position", "name"))
    values = Names([found], fields, user=request.user, caller=request.caller).of(found)
    context = {"record": found, "type": found.type, "values": values}
    return render(request, "archive/records/record.html", context)


@require_safe
@requires("archive.open")
def history(request: PersonRequest, kind: str, record: uuid.UUID) -> HttpResponse:
    found = load_record(request, kind, record, "archive.internal")
    context = {"record": found, "type": found.type, "entries": entries(found)}
    return render(request, "archive/records/history.html", context)


@require_safe
@requires("archive.internal")
def expiring(request: PersonRequest) -> HttpResponse:
    """Everything that ends, the most urgent first, whatever its type."""
    form = ExpiringForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    days, space = chosen.get("days", 90), chosen.get("space")
    today = timezone.localdate()
    seen = Record.objects.visible_to(request.user).current()
    rows = Expiry.objects.current().filter(on__lte=today + timedelta(days=days), record__in=seen)
    if space:
        rows = rows.filter(record__space__slug=space)
    rows = rows.select_related("record__space", "record__type", "field")
    page = keyset_page(rows, ("on", "id"), request.GET.get("after"), PAGE)
    context = {
        "page": page, "form": form, "days": days, "space_slug": space,
        "rows": [(row, (row.on - today).days) for row in page.rows],
        "spaces": Space.objects.visible_to(request.user).order_by("name").only("name", "slug"),
    }  # fmt: skip
    return render(request, "archive/records/expiring.html", context)
