"""Companies, locations and contacts over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.conditional import require_match
from hm_auth.rest.permissions import has_capability
from hm_auth.rest.views import RowViewSet
from nexus.api import filters, serializers
from nexus.directory import operations
from nexus.directory.models import Company, Contact, Location


class DirectoryViewSet(RowViewSet):
    """Reading for everybody who may see the row, writing for who keeps the directory."""

    queryset: Any
    capability = "directory.manage"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "directory.view",
        "retrieve": "directory.view",
    }
    if_match_actions = ("update", "partial_update", "destroy", "restore")
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.caller)

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = self.queryset.model(**form.validated_data)
        operations.save(row, by=self.caller)
        return self.answer(row, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk, partial=False)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk, partial=True)

    @transaction.atomic
    def destroy(self, request: Request, pk: str) -> Response:
        """Archive the row. Nothing is ever deleted; `restore` brings it back."""
        operations.archive(self.matched(request, pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def restore(self, request: Request, pk: str) -> Response:
        """Undo the archiving."""
        row = self.matched(request, pk)
        operations.restore(row, by=self.caller)
        return self.answer(row)

    @transaction.atomic
    def _change(self, request: Request, pk: str, *, partial: bool) -> Response:
        row = self.matched(request, pk)
        form = self.get_serializer(row, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(row, name, value)
        operations.save(row, by=self.caller)
        return self.answer(row)

    def matched(self, request: Request, pk: str) -> Any:
        """Return the row, locked, in the version the caller has read."""
        row = operations.lock(self.found(pk))
        require_match(request, self.tag(row))
        return row


@extend_schema(tags=["companies"])
class CompanyViewSet(DirectoryViewSet):
    queryset = Company.objects.defer("search_text")
    serializer_class = serializers.CompanySerializer
    orderings: ClassVar = {
        "name": ("sort_name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
        "account_number": ("account_number",),
    }

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if has_capability(self.caller, "directory.internal"):
            return rows
        return rows.select_related("primary_contact", "billing_contact")  # archived or not

    def get_filterset_class(self) -> Any:
        documenting = getattr(self, "swagger_fake_view", False)
        if documenting or has_capability(self.caller, "directory.internal"):
            return filters.CompanyFilterSet
        return filters.ClientCompanyFilterSet


@extend_schema(tags=["locations"])
class LocationViewSet(DirectoryViewSet):
    queryset = Location.objects.all()
    serializer_class = serializers.LocationSerializer
    filterset_class = filters.LocationFilterSet
    orderings: ClassVar = {
        "name": ("name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
    }


@extend_schema(tags=["contacts"])
class ContactViewSet(DirectoryViewSet):
    queryset = Contact.objects.defer("search_text")
    serializer_class = serializers.ContactSerializer
    filterset_class = filters.ContactFilterSet
    orderings: ClassVar = {
        "name": ("sort_name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
    }
