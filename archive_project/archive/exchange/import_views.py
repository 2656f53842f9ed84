"""Import into a space: send a file, look what it would change, begin, see how far it is."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.exchange import files, operations
from archive.exchange.models import STAGED, Import, Result, State
from archive.pages.requests import load_space
from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest
from hm_auth.service import backlog
from hm_auth.ui.keyset import keyset_page

IMPORTS, FILES = 20, 100  # on a page
PATIENCE = timedelta(seconds=10)  # a worker that runs and is free takes a second or two


class ImportForm(forms.Form):
    file = forms.FileField(label="File")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = min(files.MOST_PACKED // 1024**2, settings.HM_MAX_REQUEST_MB)
        self.fields["file"].help_text = (
            "A ZIP of Markdown, HTML (Confluence, BookStack, IT Glue) and DOCX with its pictures, "
            f"or one such document; at most {most} MB. You see what it would change first."
        )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def upload(request: PersonRequest, space: str) -> HttpResponse:
    """The form that takes a file, and what was imported in the last 90 days."""
    found = load_space(request, space, "archive.write")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = operations.stage(
                space=found, name=file.name, content=file.read(), by=request.user
            )
        except files.Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("import", staged.pk)
    rows = Import.objects.visible_to(request.user).filter(space=found).select_related("by")
    page = keyset_page(rows, ("-created_at", "-id"), request.GET.get("after"), IMPORTS)
    context = {"form": form, "space": found, "page": page, "now": timezone.now()}
    return render(request, "archive/imports/space.html", context)


@require_safe
@requires("archive.open")
def shown(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """What an import would do, how far it is, or what it did."""
    found = _load(request, pk)
    show = request.GET.get("show", "")
    context = {**_state(found), "show": show}
    if found.state in (State.CHECKED, State.DONE):
        rows = found.report.shown(show)
        context["page"] = keyset_page(rows, ("number", "id"), request.GET.get("after"), FILES)
        context["results"] = [
            (result.value, result.label, found.counts[result.value])
            for result in Result if result.value in found.counts
        ]  # fmt: skip
        context["problems"] = found.report.shown("problems").count()
    return render(request, "archive/imports/import.html", context)


@require_safe
@requires("archive.open")
def progress(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the worker is; htmx asks again while it works, then loads the page anew."""
    context = _state(_load(request, pk))
    answer = render(request, "archive/imports/progress.html", context)
    if not context["import"].is_active:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@requires("archive.open")
def begin(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    found = _load(request, pk)
    try:
        operations.begin(found=found, by=request.user)
    except operations.NotPossible as error:
        messages.error(request, str(error))
    return redirect("import", pk)


@require_POST
@requires("archive.open")
def cancel(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Forget what changed nothing, or stop what runs."""
    found = _load(request, pk)
    try:
        forgotten = operations.cancel(found=found, by=request.user)
    except operations.NotPossible as error:
        messages.error(request, str(error))
        return redirect("import", pk)
    if not forgotten:
        return redirect("import", pk)
    messages.success(request, f"“{found}” was discarded. Nothing was imported.")
    return redirect("space-import", found.space.slug)


def _load(request: PersonRequest, pk: uuid.UUID) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("space", "by")
    return load_or_404(rows, pk=pk)


def _state(found: Import) -> dict[str, Any]:
    now = timezone.now()
    late = found.is_active and found.started_at is None and found.heard_at < now - PATIENCE
    return {
        "import": found, "space": found.space, "lost": found.is_lost(now),
        "can_begin": found.can_begin(now), "until": found.created_at + STAGED,
        "waits_for": _waits_for() if late else "",
    }  # fmt: skip


def _waits_for() -> str:
    """Return why no worker takes up what waits: it is "busy", or there is "none"."""
    try:
        tasks = next(backlog.queues())
    except backlog.QueueUnavailable:
        return "none"
    return "busy" if tasks.running else "none"
