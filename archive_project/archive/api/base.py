"""What the lists and rows of Archive's API have in common."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from hm_auth.rest import views


class RowViewSet(views.RowViewSet):
    """Rows that everybody who opens Archive may ask for; some actions answer a file."""

    capability = "archive.open"
    file_actions: tuple[str, ...] = ()  # they answer a file, whatever the caller accepts

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        is_file = getattr(self, "action", "") in self.file_actions
        return super().perform_content_negotiation(request, force or is_file)
