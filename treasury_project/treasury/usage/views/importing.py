"""Importing a file: upload, look at what it would do, then do it or not."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest
from treasury.usage import operations, uploads
from treasury.usage.companies import every_company
from treasury.usage.forms import ImportForm
from treasury.usage.intake.files import UnreadableFile, read
from treasury.usage.intake.kinds import KINDS
from treasury.usage.intake.rows import Plan, Row
from treasury.usage.models import Upload

SHOWN = 200
SILENT = (
    "Nexus does not answer, so the companies in the file cannot be found. Try again in a minute."
)


@requires("usage.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: PersonRequest) -> HttpResponse:
    first = {"kind": request.GET.get("kind", "devices")}
    form = ImportForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = read(file.name, file.read())
        except UnreadableFile as problem:
            form.add_error("file", str(problem))
        else:
            kind = form.cleaned_data["kind"]
            upload = uploads.keep(kind=kind, name=file.name, rows=rows, by=request.user)
            return redirect("usage-import-preview", upload.pk)
    return render(request, "treasury/usage/import.html", {"form": form, "kinds": KINDS.values()})


@requires("usage.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what each row would do; a POST does it, computed afresh from what is there now."""
    upload = load_or_404(Upload.objects.filter(by=request.user), pk=pk)
    try:
        plan = _plan(request, upload)
    except (NexusUnavailable, NexusRefused):
        messages.error(request, SILENT)
        return render(request, "hm/unavailable.html", {"retry_url": request.path}, status=503)
    if request.method == "POST" and not plan.has_errors:
        try:
            operations.apply(plan, by=request.user, reason=f"Import of {upload.name}")
        except operations.NotPossible as problem:
            messages.error(request, f"Nothing was imported: {problem}")
            return redirect(request.path)
        upload.delete()
        messages.success(request, f"{plan.count('add')} added, {plan.count('change')} changed.")
        return redirect(f"usage-{upload.kind}")
    return render(request, "treasury/usage/preview.html", _context(upload, plan))


@requires("usage.manage")
@require_safe
def example(request: PersonRequest, kind: str) -> HttpResponse:  # noqa: ARG001 - as every view
    """A file with the columns and one row, to fill in."""
    found = KINDS[kind]
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.csv"'
    for row in (found.columns, found.example):
        answer.write(",".join(row) + "\r\n")
    return answer


def _plan(request: PersonRequest, upload: Upload) -> Plan:
    rows = [Row(number, cells) for number, cells in enumerate(upload.rows, start=1)]
    companies = every_company(request.caller)
    return KINDS[upload.kind].plan(rows, companies, timezone.localdate())


def _context(upload: Upload, plan: Plan) -> dict[str, Any]:
    wrong: Sequence[Row] = [row for row in plan.rows if row.errors]
    doing = [row for row in plan.rows if not row.errors and row.action != "same"]
    return {
        "upload": upload,
        "kind": KINDS[upload.kind],
        "wrong": wrong[:SHOWN],
        "wrong_count": len(wrong),
        "doing": doing[:SHOWN],
        "doing_count": len(doing),
        "adds": plan.count("add"),
        "changes": plan.count("change"),
        "same": plan.count("same"),
    }
