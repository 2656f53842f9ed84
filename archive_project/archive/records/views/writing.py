"""Writing records: a new one, an edit, the trash."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from archive.articles.models import Article
from archive.records import operations
from archive.records.forms import RecordForm
from archive.records.models import Record, RecordType
from archive.records.rules import FieldKind
from archive.records.shown import contacts
from archive.records.views.reading import load_record
from archive.spaces.models import Space
from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest

STALE = 412
MOST_CHOICES = 500


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.write")
def new(request: PersonRequest, kind: str) -> HttpResponse:
    found = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    spaces = list(Space.objects.visible_to(request.user).order_by("name"))
    chosen = request.GET.get("space", "")
    space = next((row for row in spaces if row.slug == chosen), None)
    form = RecordForm(
        request.POST or None, kind=found, spaces=spaces, choices=_choices(request, found, space),
        initial={"space": str(space.pk) if space else ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        target = next(row for row in spaces if str(row.pk) == form.cleaned_data["space"])
        try:
            record = operations.create_record(
                type=found, space=target, name=form.cleaned_data["name"], values=form.values(),
                by=request.user,
            )  # fmt: skip
        except operations.InvalidValues as error:
            _show(form, error)
        else:
            return redirect("record", kind, record.pk)
    return _form(request, found, form, f"New record: {found}", reverse("record-list", args=[kind]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def edit(request: PersonRequest, kind: str, record: uuid.UUID) -> HttpResponse:
    found = load_record(request, kind, record, "archive.write")
    choices = _choices(request, found.type, found.space)
    form = RecordForm(
        request.POST or None, kind=found.type, spaces=[], choices=choices, record=found
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_record(
                record=found, name=form.cleaned_data["name"], values=form.values(),
                expected_version=form.cleaned_data["version"], by=request.user,
            )  # fmt: skip
        except operations.InvalidValues as error:
            _show(form, error)
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        except operations.Stale as error:
            form, status = _stale(form, found, choices, str(error)), STALE
        else:
            return redirect("record", kind, record)
    address = reverse("record", args=[kind, record])
    return _form(request, found.type, form, f"Edit {found}", address, status)


def _stale(form: RecordForm, record: Record, choices: Any, message: str) -> RecordForm:
    """Return the form with what was typed, based on what is stored now."""
    current = Record.objects.get(pk=record.pk)
    typed = {**{name: form.data[name] for name in form.data}, "version": str(current.version)}
    again = RecordForm(typed, kind=record.type, spaces=[], choices=choices, record=current)
    again.add_error(None, f"{message} Saved by {current.changed_by}; saving again keeps yours.")
    return again


@require_POST
@requires("archive.open")
def delete(request: PersonRequest, kind: str, record: uuid.UUID) -> HttpResponse:
    """Move to the trash, from where it comes back."""
    return _trash(request, kind, record, operations.move_to_trash, "is in the trash now.")


@require_POST
@requires("archive.open")
def undelete(request: PersonRequest, kind: str, record: uuid.UUID) -> HttpResponse:
    return _trash(request, kind, record, operations.take_from_trash, "is back.")


def _trash(
    request: PersonRequest, kind: str, record: uuid.UUID, operation: Any, done: str
) -> HttpResponse:
    found = load_record(request, kind, record, "archive.write")
    try:
        operation(record=found, by=request.user)
    except operations.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found}” {done}")
    return redirect("record", kind, record)


def _choices(request: PersonRequest, kind: RecordType, space: Space | None) -> dict[str, Any]:
    """Return what the references of ``kind`` may point to, asking for the kinds it has only."""
    kinds = set(kind.fields.values_list("kind", flat=True))
    choices: dict[str, Any] = {}
    if FieldKind.COMPANY in kinds:
        spaces = Space.objects.visible_to(request.user).exclude(company_id=None).order_by("name")
        choices["company"] = [(str(row.company_id), row.name) for row in spaces]
    if FieldKind.ARTICLE in kinds:
        rows = Article.objects.visible_to(request.user).current().order_by("title", "id")
        rows = rows.filter(space=space) if space else rows
        pairs = rows.values_list("id", "title")[:MOST_CHOICES]
        choices["article"] = [(str(key), title) for key, title in pairs]
    if FieldKind.CONTACT in kinds:
        company = {"company": str(space.company_id)} if space and space.company_id else {}
        choices["contact"] = contacts(request.caller, include_archived="false", **company)
    return choices


def _show(form: RecordForm, error: operations.InvalidValues) -> None:
    for name, message in error.errors.items():
        form.add_error(name if name in form.fields else None, message)


def _form(
    request: PersonRequest, kind: RecordType, form: RecordForm, title: str, cancel: str,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "type": kind, "title": title, "cancel_url": cancel}
    return render(request, "archive/records/form.html", context, status=status)
