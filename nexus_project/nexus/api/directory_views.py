"""Companies, locations and contacts over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from hm_auth.rest.conditional import etag_of
from hm_auth.rest.filters import StrictFilterBackend
from hm_auth.rest.views import RestView
from nexus.api import filters, serializers
from nexus.directory.models import Company, Contact, Location


class DirectoryViewSet(ViewSetMixin, RestView):
    """Reading for everybody who may see the row, writing for who keeps the directory."""

    filter_backends = (StrictFilterBackend,)
    capability = "directory.manage"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "directory.view",
        "retrieve": "directory.view",
    }

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.request.user)

    def list(self, request: Request) -> Response:
        return self.answer_list(self.get_queryset())

    def retrieve(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        return Response(self.get_serializer(row).data, headers={"ETag": etag_of(row)})


class CompanyViewSet(DirectoryViewSet):
    queryset = Company.objects.all()
    serializer_class = serializers.CompanySerializer
    filterset_class = filters.CompanyFilterSet
    orderings: ClassVar = {
        "name": ("name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
        "account_number": ("account_number",),
    }


class LocationViewSet(DirectoryViewSet):
    queryset = Location.objects.all()
    serializer_class = serializers.LocationSerializer
    filterset_class = filters.LocationFilterSet
    orderings: ClassVar = {
        "name": ("name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
    }


class ContactViewSet(DirectoryViewSet):
    queryset = Contact.objects.all()
    serializer_class = serializers.ContactSerializer
    filterset_class = filters.ContactFilterSet
    orderings: ClassVar = {
        "name": ("last_name", "first_name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
    }
