"""What the three admins of the directory share: search, paging, saving, archive, history."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from nexus.directory import history, operations

COUNTED = 10_000


def unbroken(phone: str) -> str:
    """Return a telephone number that a narrow column does not break."""
    return phone.replace(" ", "\N{NO-BREAK SPACE}")


class CappedPaginator(Paginator):
    """Counts up to ``COUNTED`` rows: nobody pages further, and counting a million is slow."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


class DirectoryAdmin(ModelAdmin):
    """Rows are never deleted here, and every write goes through ``operations``."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    list_filter_submit = True
    list_filter_sheet = True
    warn_unsaved_form = True
    compressed_fields = False
    actions: tuple[str, ...] = ("archive_selected", "restore_selected")
    readonly_fields = ("created_at", "updated_at", "archived_at")
    object_history_template = "admin/directory/history.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        company = request.GET.get("of_company", "")
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.current()
            if company:  # set by CompanyAutocomplete: offer the people and places of one company
                queryset = queryset.of_company(company)
        return queryset.search(search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        sent = request.GET
        if any("\0" in text for key in sent for text in (key, *sent.getlist(key))):
            return redirect(request.path)  # PostgreSQL knows no NUL, so no row has one
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except (operations.Conflict, operations.NotPossible) as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        operations.save(obj, by=request.user)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # The new default last: saving it changes the old one, which this page may change as well.
        rows = formset.save(commit=False)
        for row in sorted(rows, key=lambda row: getattr(row, "is_default", False)):
            operations.save(row, by=request.user)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Django's own log is not written: the triggers keep a better one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """As ``log_addition``."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "opts": self.opts,
            "object": row,
            "entries": history.entries(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    @admin.action(description="Archive")
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, operations.archive, "archived")

    @admin.action(description="Restore")
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, operations.restore, "restored")

    def _each(self, request: HttpRequest, queryset: Any, operation: Any, done: str) -> None:
        count = 0
        for row in queryset:
            try:
                operation(row, by=request.user)
                count += 1
            except operations.NotPossible as error:
                messages.warning(request, str(error))
        if count:
            messages.success(request, f"{count} {done}.")
