"""The types of records and their fields: for administrators."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from archive.records import operations
from archive.records.forms import FieldForm, TypeForm
from archive.records.models import Field, RecordType
from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest


@require_safe
@requires("archive.open")
def types(request: PersonRequest) -> HttpResponse:
    """The types the reader may see, with the number of records they would see."""
    rows = RecordType.objects.visible_to(request.user).counted_for(request.user)
    return render(request, "archive/records/types.html", {"types": rows.order_by("name")})


@require_safe
@requires("archive.manage")
def fields(request: PersonRequest, kind: str) -> HttpResponse:
    found = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    context = {"type": found, "fields": found.fields.order_by("position", "name")}
    return render(request, "archive/records/fields.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.manage")
def edit_type(request: PersonRequest, kind: str | None = None) -> HttpResponse:
    rows = RecordType.objects.visible_to(request.user)
    found = load_or_404(rows, slug=kind) if kind else RecordType()
    form = TypeForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_type(type=form.instance, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("record-fields", form.instance.slug)
    title = f"Type “{found}”" if kind else "New type of record"
    context = {"form": form, "title": title, "cancel_url": reverse("records")}
    return render(request, "hm/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.manage")
def delete_type(request: PersonRequest, kind: str) -> HttpResponse:
    found = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    if request.method == "POST":
        try:
            operations.delete_type(type=found, by=request.user)
        except operations.NotPossible as error:
            messages.error(request, str(error))
            return redirect("record-fields", kind)
        messages.success(request, f"“{found}” was removed.")
        return redirect("records")
    context = {
        "title": f"Remove “{found}”?",
        "question": "The type and its fields are removed. A type with records cannot be.",
        "submit_label": "Remove",
        "danger": True,
        "cancel_url": reverse("record-fields", args=[kind]),
    }
    return render(request, "hm/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.manage")
def edit_field(request: PersonRequest, kind: str, field: uuid.UUID | None = None) -> HttpResponse:
    owner = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    found = load_or_404(Field.objects.filter(type=owner), pk=field) if field else Field(type=owner)
    form = FieldForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_field(field=form.instance, by=request.user)
        except (ValidationError, operations.NotPossible) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            return redirect("record-fields", kind)
    context = {
        "form": form,
        "title": f"Field “{found}”" if field else f"New field of “{owner}”",
        "intro": "No secrets: there is no place for passwords and keys in this release.",
        "cancel_url": reverse("record-fields", args=[kind]),
    }
    return render(request, "hm/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.manage")
def delete_field(request: PersonRequest, kind: str, field: uuid.UUID) -> HttpResponse:
    owner = load_or_404(RecordType.objects.visible_to(request.user), slug=kind)
    found = load_or_404(Field.objects.filter(type=owner), pk=field)
    if request.method == "POST":
        operations.delete_field(field=found, by=request.user)
        return redirect("record-fields", kind)
    context = {
        "title": f"Remove the field “{found}”?",
        "question": "What was filled in leaves the records; their history keeps it.",
        "submit_label": "Remove",
        "danger": True,
        "cancel_url": reverse("record-fields", args=[kind]),
    }
    return render(request, "hm/confirm.html", context)
