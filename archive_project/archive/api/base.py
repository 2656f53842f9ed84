"""What the lists and rows of Archive's API have in common."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from hm_auth.access import load_or_404
from hm_auth.rest.conditional import etag_of, require_match
from hm_auth.rest.filters import StrictFilterBackend
from hm_auth.rest.views import RestView


class RowViewSet(ViewSetMixin, RestView):
    """A list and its rows, cut to what the caller may see by ``get_queryset``."""

    filter_backends = (StrictFilterBackend,)
    capability = "archive.open"
    file_actions: tuple[str, ...] = ()  # they answer a file, whatever the caller accepts

    def tag(self, row: Any) -> str:
        """Return the entity tag of ``row``."""
        return etag_of(row)

    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return self.answer_list(self.get_queryset())

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self.answer(self.found(pk))

    def found(self, pk: str) -> Any:
        """Return the row, or 404 when the caller may not know of it."""
        return load_or_404(self.get_queryset(), pk=pk)

    def matched(self, request: Request, pk: str) -> Any:
        """Return the row if it is the version in If-Match; 412 or 428 otherwise."""
        row = self.found(pk)
        require_match(request, self.tag(row))
        return row

    def answer(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(row).data, code, headers={"ETag": self.tag(row)})

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        is_file = getattr(self, "action", "") in self.file_actions
        return super().perform_content_negotiation(request, force or is_file)
