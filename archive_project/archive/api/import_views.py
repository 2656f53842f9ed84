"""Imports over REST: how far one is, its report, begin and cancel. They are sent to a space."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters
from archive.api.base import RowViewSet
from archive.api.import_serializers import ImportSerializer
from archive.api.tags import tag_of
from archive.exchange import operations
from archive.exchange.models import Import


@extend_schema(tags=["imports"])
class ImportViewSet(RowViewSet):
    """Those of the last 90 days. One that does not run as it should answers 409."""

    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    filterset_class = filters.ImportFilterSet
    orderings: ClassVar = {"created_at": ("created_at", "id")}
    capability = "archive.write"
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        return Import.objects.visible_to(self.caller).select_related("by")

    def tag(self, row: Import) -> str:
        return tag_of(row)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Import what was checked, or go on where it was stopped or interrupted."""
        operations.begin(found=self.found(pk), by=self.caller)
        return self.answer(self.found(pk), status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Forget one that changed nothing yet, or stop one that runs: what it did stays."""
        operations.cancel(found=self.found(pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)
