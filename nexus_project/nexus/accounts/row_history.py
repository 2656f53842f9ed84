"""The history of a row in the admin, as the directory shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from nexus.directory import history


class RowHistory:
    """Mixed into a ModelAdmin whose model is tracked by triggers."""

    object_history_template = "admin/directory/history.html"

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Django's own log is not written: the triggers keep a better one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """As ``log_addition``."""

    def history_view(
        self: Any, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "opts": self.opts,
            "object": row,
            "entries": history.entries(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)
