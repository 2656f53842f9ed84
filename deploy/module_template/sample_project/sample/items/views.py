"""The pages of items: the list, one item, a form. Each works without JavaScript."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, may, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from hm_auth.ui.partials import render_page_or_part
from sample.capabilities import INTERNAL, OPEN, WRITE
from sample.items import companies, operations
from sample.items.forms import FilterForm, ItemForm
from sample.items.models import Item, State
from sample.items.rules import is_overdue

PAGE = 50
ORDERS = {"changed": ("-updated_at", "-id"), "title": ("title", "id")}


@require_safe
@requires(OPEN)
def items(request: PersonRequest) -> HttpResponse:
    """The items one may see; htmx asks for the table alone while somebody types."""
    form = FilterForm(request.GET)
    rows = Item.objects.visible_to(request.user)
    if text := form.value("q"):
        rows = rows.search(text)
    if state := form.value("state"):
        rows = rows.filter(state=state)
    page = keyset_page(
        rows, ORDERS[form.value("sort") or "changed"], request.GET.get("after"), PAGE
    )
    names = companies.names(request.caller, (row.company_id for row in page.rows))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, names[row.company_id], _overdue(row)) for row in page.rows],
        "internal": may(request.user, INTERNAL),
        "writer": may(request.user, WRITE),
    }
    return render_page_or_part(request, "sample/items.html", "sample/item_table.html", context)


@require_safe
@requires(OPEN)
def item(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Item.objects.visible_to(request.user), pk=pk)
    context = {
        "item": row,
        "company": companies.names(request.caller, [row.company_id])[row.company_id],
        "overdue": _overdue(row),
        "internal": may(request.user, INTERNAL),
        "writer": may(request.user, WRITE),
    }
    return render(request, "sample/item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(WRITE)
def new(request: PersonRequest) -> HttpResponse:
    form = ItemForm(request.POST or None, companies=_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.create(item=form.save(commit=False), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("item", row.pk)
    return _form(request, form, "New item", reverse("home"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(OPEN)
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Change an item; of two people at once the second is told, and keeps what they typed."""
    row = load_or_404(Item.objects.visible_to(request.user), pk=pk)
    if not may(request.user, WRITE):
        raise PermissionDenied
    status = 200
    form = ItemForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            operations.save(item=form.save(commit=False), expected_version=version, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        except operations.Stale as error:
            form, status = _again(form, row.pk, str(error)), 412
        else:
            return redirect("item", pk)
    return _form(request, form, f"Edit {form.instance}", reverse("item", args=[pk]), status)


def _overdue(row: Item) -> bool:
    return is_overdue(row.due, done=row.state == State.DONE, today=timezone.localdate())


def _choices(request: PersonRequest) -> list[tuple[str, str]]:
    try:
        return companies.choices(request.caller)
    except (NexusRefused, NexusUnavailable):
        messages.warning(request, "Nexus does not answer, so no company can be chosen now.")
        return []


def _again(form: ItemForm, pk: uuid.UUID, message: str) -> ItemForm:
    """Return the form with what was typed, based on what is stored now."""
    current = Item.objects.get(pk=pk)
    typed: dict[str, Any] = {name: form.data[name] for name in form.data}
    typed["version"] = current.version
    again = ItemForm(typed, instance=current)
    again.add_error(None, f"{message} Saving again keeps yours.")
    return again


def _form(
    request: PersonRequest, form: ItemForm, title: str, cancel: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "title": title, "cancel_url": cancel}
    return render(request, "hm/form.html", context, status=status)
