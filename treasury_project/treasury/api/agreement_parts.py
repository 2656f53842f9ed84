"""What belongs to agreements, over REST: discounts, and hours that are prepaid."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.agreements import operations
from treasury.agreements.models import Agreement, Allowance, Discount, PrepaidBlock
from treasury.api import agreement_serializers as serializers
from treasury.api import filters
from treasury.api.viewsets import AddingViewSet, RemovingMixin


class PartViewSet(RemovingMixin, AddingViewSet):
    """Rows of an agreement: added, ended, or taken back as if they had never been."""

    orderings: ClassVar = {"id": ("id",)}

    def agreement_of(self, row: Any) -> Agreement:
        """Return the agreement that ``row`` is a part of."""
        agreement: Agreement = row.agreement
        return agreement

    def save(self, row: Any) -> None:
        operations.save_part(row, self.agreement_of(row), by=self.by)

    def remove(self, row: Any) -> None:
        operations.remove_part(row, self.agreement_of(row), by=self.by)


class EndingViewSet(PartViewSet):
    """Parts that can be given an end."""

    if_match_actions = ("destroy", "end")

    @extend_schema(request=serializers.LastDay)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def end(self, request: Request, pk: str) -> Response:
        """Let it hold for the last time on a day."""
        row = self.matched(request, pk)
        day = self.body(serializers.LastDay)["last_day"]
        operations.end_part(row, self.agreement_of(row), last_day=day, by=self.by)
        return self.answer(self.found(row.pk))


@extend_schema(tags=["agreements"])
class DiscountViewSet(EndingViewSet):
    queryset = Discount.objects.select_related("addition__agreement")
    serializer_class = serializers.DiscountSerializer
    filterset_class = filters.DiscountFilterSet

    def agreement_of(self, row: Discount) -> Agreement:
        return row.addition.agreement


@extend_schema(tags=["agreements"])
class AllowanceViewSet(EndingViewSet):
    queryset = Allowance.objects.select_related("agreement")
    serializer_class = serializers.AllowanceSerializer
    filterset_class = filters.OfAgreementFilterSet


@extend_schema(tags=["agreements"])
class BlockViewSet(PartViewSet):
    queryset = PrepaidBlock.objects.select_related("agreement")
    serializer_class = serializers.BlockSerializer
    filterset_class = filters.OfAgreementFilterSet
