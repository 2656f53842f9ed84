"""Merging two rows in the admin: both side by side, what will come of it, and then the deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from nexus.directory.admin.base import DirectoryAdmin
from nexus.directory.operations import NotPossible

STALE = "{} or {} was changed by somebody else in the meantime. Look again, then merge."


class MergeAdmin(DirectoryAdmin):
    """``merge_operation(keep=, absorb=, by=)`` unites two rows that differ in ``merge_fields``."""

    merge_operation: Callable[..., Any]
    merge_fields: tuple[str, ...] = ()
    merge_moves: tuple[str, ...] = ()

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/<uuid:first>/<uuid:second>/", view, name=name), *super().get_urls()]

    @admin.action(description="Merge two into one")
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        keys = list(queryset.values_list("pk", flat=True)[:3])
        if len(keys) != 2:
            messages.error(request, "Select the two rows that are one.")
            return None
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_merge", *keys)

    def merge_view(self, request: HttpRequest, first: Any, second: Any) -> HttpResponse:
        rows = self.model.objects.in_bulk([first, second])
        if len(rows) < 2 or not self.has_change_permission(request):
            messages.error(request, "One of the two is gone.")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        keep, absorb = self._in_order(rows, request.POST.get("keep") or request.GET.get("keep"))
        names = self.merge_name(keep), self.merge_name(absorb)
        sent = [request.POST.get("keep_version"), request.POST.get("absorb_version")]
        if request.method == "POST" and sent != [str(keep.version), str(absorb.version)]:
            messages.error(request, STALE.format(*names))
            return redirect(f"{request.path}?keep={keep.pk}")
        try:
            if request.method == "POST":
                kept = self._merge(keep, absorb, request)
                messages.success(request, f"{names[1]} is merged into {names[0]}.")
                return redirect(self._change_url(kept))
            preview = self._preview(keep, absorb, request)
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect(self._change_url(keep))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge {names[1]} into {names[0]}",
            "opts": self.opts,
            "keep": keep,
            "absorb": absorb,
            "keep_name": names[0],
            "absorb_name": names[1],
            "lines": list(self._lines(keep, absorb, preview)),
            "moves": [(name, getattr(absorb, name).count()) for name in self.merge_moves],
        }
        return TemplateResponse(request, "admin/directory/merge.html", context)

    def merge_name(self, row: Any) -> str:
        """Return what tells ``row`` from another of the same name."""
        return str(row)

    def _in_order(self, rows: dict[Any, Any], chosen: str | None) -> tuple[Any, Any]:
        """Return the row that stays and the other: as chosen, else that with more contacts."""

        def rank(row: Any) -> tuple[Any, ...]:
            contacts = row.contacts.count() if "contacts" in self.merge_moves else 0
            return (str(row.pk) != chosen, row.archived_at is not None, -contacts, row.created_at)

        keep, absorb = sorted(rows.values(), key=rank)
        return keep, absorb

    def _preview(self, keep: Any, absorb: Any, request: HttpRequest) -> dict[str, str]:
        """Merge, look, and take it back: the preview cannot differ from the deed."""
        with transaction.atomic():
            result = self._shown(self._merge(keep, absorb, request))
            transaction.set_rollback(True)
        return result

    def _merge(self, keep: Any, absorb: Any, request: HttpRequest) -> Any:
        return type(self).merge_operation(keep=keep, absorb=absorb, by=request.user)

    def _lines(self, keep: Any, absorb: Any, result: dict[str, str]) -> Any:
        mine, theirs = self._shown(keep), self._shown(absorb)
        for name in self.merge_fields:
            label = str(self.opts.get_field(name).verbose_name)
            if mine[name] or theirs[name] or result[name]:
                yield label[:1].upper() + label[1:], mine[name], theirs[name], result[name]

    def _shown(self, row: Any) -> dict[str, str]:
        return {name: _text(getattr(row, name)) for name in self.merge_fields}

    def _change_url(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
