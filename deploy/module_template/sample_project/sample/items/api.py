"""Items over REST: problems are RFC 9457, writes need If-Match, lists page by cursor."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.filters import DirectoryFilterSet
from hm_auth.rest.serializers import FullCleanModelSerializer
from hm_auth.rest.views import RowViewSet
from sample.capabilities import INTERNAL, OPEN, WRITE
from sample.items import companies, operations
from sample.items.models import Item, State


class ItemSerializer(FullCleanModelSerializer):
    """An item; `company_id` is the company's id in Nexus, and stays."""

    class Meta:
        model = Item
        internal_capability = INTERNAL
        internal_fields = ("changed_by",)
        fields = (
            "id", "company_id", "title", "details", "due", "state", "version", "changed_by",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("version", "changed_by", "created_at", "updated_at")

    def unchecked(self, draft: Any) -> set[str]:  # noqa: ARG002 - the base class's signature
        """Return the columns that the operation fills in."""
        return {"changed_by", "created_at", "updated_at"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raise ValidationError for a company that Nexus does not have, or another one."""
        company = attrs.get("company_id")
        if self.instance is not None and company not in (None, self.instance.company_id):
            raise serializers.ValidationError({"company_id": "An item stays with its company."})
        caller = self.context["request"]._request.caller  # noqa: SLF001 - set by hm_auth
        if self.instance is None and not companies.exists(caller, attrs["company_id"]):
            raise serializers.ValidationError({"company_id": "Nexus has no such company."})
        return super().validate(attrs)


class ItemFilterSet(DirectoryFilterSet):
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")
    state = django_filters.ChoiceFilter(choices=State.choices, label="Exactly this.")
    search = django_filters.CharFilter(
        method="filter_search", max_length=200, label="Words of the title, in any order."
    )

    def filter_search(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.search(value)


@extend_schema(tags=["items"])
class ItemViewSet(RowViewSet):
    """Everybody reads what is theirs; who writes on the pages writes here."""

    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    filterset_class = ItemFilterSet
    capability = WRITE
    capabilities: ClassVar[dict[str, str]] = {"list": OPEN, "retrieve": OPEN}
    if_match_actions = ("partial_update",)
    problem_statuses = (409, 503)
    orderings: ClassVar = {"updated_at": ("updated_at", "id"), "title": ("title", "id")}

    def get_queryset(self) -> Any:
        return Item.objects.visible_to(self.caller)

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = operations.create(item=Item(**form.validated_data), by=self.caller)
        return self.answer(row, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Save over the version in If-Match. 412 when somebody saved meanwhile."""
        row = self.matched(request, pk)
        form = self.get_serializer(row, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(row, name, value)
        return self.answer(operations.save(item=row, expected_version=row.version, by=self.caller))
