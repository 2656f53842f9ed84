"""Devices, readings and work over REST, for reading; how contacts and clients are billed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.conditional import etag_of_content, require_match
from treasury.api import directory, filters
from treasury.api import usage_serializers as serializers
from treasury.api.viewsets import AddingViewSet, ChangingMixin, ReadingViewSet
from treasury.clients.models import ClientTerms
from treasury.recorded import recorded
from treasury.usage import operations
from treasury.usage.models import ContactBilling, Device, Reading, TimeEntry


class UsageViewSet(ReadingViewSet):
    """Rows of usage are pushed by ``/api/usage/…`` and read here; clients read their own."""

    capability = "usage.view"
    capabilities: ClassVar[dict[str, Any]] = {
        "list": ("usage.view", "usage.own"), "retrieve": ("usage.view", "usage.own"),
    }  # fmt: skip

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.caller)


@extend_schema(tags=["usage"])
class DeviceViewSet(UsageViewSet):
    queryset = Device.objects.all()
    serializer_class = serializers.DeviceSerializer
    filterset_class = filters.DeviceFilterSet
    orderings: ClassVar = {"hostname": ("hostname", "id")}


@extend_schema(tags=["usage"])
class ReadingRowViewSet(UsageViewSet):
    queryset = Reading.objects.all()
    serializer_class = serializers.ReadingSerializer
    filterset_class = filters.DayFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["usage"])
class TimeEntryViewSet(UsageViewSet):
    queryset = TimeEntry.objects.select_related("billed")
    serializer_class = serializers.TimeEntrySerializer
    filterset_class = filters.TimeEntryFilterSet
    orderings: ClassVar = {"day": ("day", "id")}


@extend_schema(tags=["usage"])
class ContactBillingViewSet(ChangingMixin, AddingViewSet):
    """Contacts that are billed in their own way: free, or at their own price."""

    queryset = ContactBilling.objects.all()
    serializer_class = serializers.ContactBillingSerializer
    filterset_class = filters.ContactBillingFilterSet
    capability = "usage.manage"
    capabilities: ClassVar[dict[str, Any]] = {"list": "usage.view", "retrieve": "usage.view"}
    problem_statuses = (409, 503)
    orderings: ClassVar = {"id": ("id",)}

    def body(self, serializer: Any, **options: Any) -> dict[str, Any]:
        data = super().body(serializer, **options)
        directory.company(self.request, data["company_id"])
        directory.contact(self.request, data["company_id"], data["contact_id"])
        return data

    def save(self, row: ContactBilling) -> None:
        operations.save(row, by=self.by)


@extend_schema(tags=["clients"])
class ClientTermsViewSet(ChangingMixin, ReadingViewSet):
    """Every company has terms; those that nobody set are the defaults, and not in the list."""

    queryset = ClientTerms.objects.all()
    serializer_class = serializers.ClientTermsSerializer
    capability = "agreements.manage"
    capabilities: ClassVar[dict[str, Any]] = {
        "list": "agreements.view", "retrieve": "agreements.view",
    }  # fmt: skip
    problem_statuses = (409, 503)
    lookup_value_converter = "uuid"
    orderings: ClassVar = {"company": ("company_id",)}

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(self._terms(request, pk))

    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        row = self._terms(request, pk)
        require_match(request, etag_of_content(self.shown(row)))
        form = self.get_serializer(row, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(row, name, value)
        with recorded(by=self.by, reason="By the API"):
            row.save(force_insert=row._state.adding)  # noqa: SLF001 - Django's public API
        return self.answer(row)

    def _terms(self, request: Request, pk: str) -> ClientTerms:
        """Return the terms of a company, locked for a change. Raises Http404."""
        try:
            company = uuid.UUID(str(pk))
        except ValueError as error:
            raise Http404 from error
        rows = ClientTerms.objects.all()
        if request.method == "PATCH":
            rows = rows.select_for_update()
        known = rows.filter(pk=company).first()
        if known is None:
            try:
                directory.company(request, company)
            except ValidationError as unknown:
                raise Http404 from unknown
        return known or ClientTerms(company_id=company)
