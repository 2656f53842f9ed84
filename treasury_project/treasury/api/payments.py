"""Payments, refunds and allocations over REST. Nothing is deleted: what was wrong is reversed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.api import directory, filters
from treasury.api import payment_serializers as serializers
from treasury.api.viewsets import ReadingViewSet
from treasury.payments import operations, reversals
from treasury.payments.models import Allocation, Payment, Refund
from treasury.retries.api import KEY, KEY_IF_ANY, asker, key_of

READ: dict[str, Any] = {"list": "payments.view", "retrieve": "payments.view"}
OURS = uuid.UUID("3f0c8d5e-6c0a-4f0e-9d1f-0d7f3e5a2b41")


def row_id(request: Request) -> uuid.UUID:
    """Return the id of the row a request makes: a retry, however late, would make it again."""
    return uuid.uuid5(OURS, f"{asker(request)} {key_of(request)}")


@extend_schema(tags=["payments"])
class PaymentViewSet(ReadingViewSet):
    queryset = Payment.objects.all()
    serializer_class = serializers.PaymentSerializer
    filterset_class = filters.PaymentFilterSet
    capability = "payments.manage"
    capabilities: ClassVar = READ
    problem_statuses = (409, 422, 503)
    orderings: ClassVar = {"received_on": ("received_on", "id")}

    @extend_schema(
        request=serializers.NewPayment,
        responses={201: serializers.PaymentSerializer},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Record a payment; it pays the invoices named, then the oldest."""

        def do() -> Response:
            data = self.body(serializers.NewPayment)
            received = operations.Received(
                id=row_id(request),
                company_id=data["company"],
                client_name=str(directory.company(request, data["company"])["name"]),
                received_on=data["received_on"],
                amount=data["money"],
                method=data["method"],
                reference=data["reference"],
                bank_reference=data["bank_reference"],
                note=data["note"],
            )
            made = operations.record(received, chosen=data["invoices"], by=self.by)
            return self.answer(made, status.HTTP_201_CREATED)

        return self.once(request, do)

    @extend_schema(
        request=serializers.Reversal,
        responses=serializers.PaymentSerializer,
        parameters=[KEY_IF_ANY],
    )
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Take it back, as when it bounced: what it paid is open again."""

        def take_back(row: Payment) -> None:
            reversals.reverse_payment(row, **self.body(serializers.Reversal), by=self.by)

        return self.act_once(request, pk, take_back)


@extend_schema(tags=["payments"])
class RefundViewSet(ReadingViewSet):
    queryset = Refund.objects.all()
    serializer_class = serializers.RefundSerializer
    filterset_class = filters.RefundFilterSet
    capability = "payments.manage"
    capabilities: ClassVar = READ
    problem_statuses = (409, 422, 503)
    orderings: ClassVar = {"id": ("id",)}

    @extend_schema(
        request=serializers.NewRefund,
        responses={201: serializers.RefundSerializer},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Record that credit was paid back, the oldest first."""

        def do() -> Response:
            data = self.body(serializers.NewRefund)
            back = operations.Back(
                id=row_id(request),
                company_id=data["company"],
                client_name=str(directory.company(request, data["company"])["name"]),
                paid_on=data["paid_on"],
                amount=data["money"],
                method=data["method"],
                reference=data["reference"],
                note=data["note"],
            )
            made = operations.refund(back, by=self.by)
            return self.answer(made, status.HTTP_201_CREATED)

        return self.once(request, do)

    @extend_schema(
        request=serializers.Reversal,
        responses=serializers.RefundSerializer,
        parameters=[KEY_IF_ANY],
    )
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Give the client the credit back that it paid out."""

        def take_back(row: Refund) -> None:
            reversals.reverse_refund(row, **self.body(serializers.Reversal), by=self.by)

        return self.act_once(request, pk, take_back)


@extend_schema(tags=["payments"])
class AllocationViewSet(ReadingViewSet):
    """Which money, or which credit, pays which invoice or refund; and what was written off."""

    queryset = Allocation.objects.select_related("invoice", "refund")
    serializer_class = serializers.AllocationSerializer
    filterset_class = filters.AllocationFilterSet
    capability = "payments.manage"
    capabilities: ClassVar = READ
    problem_statuses = (409, 422)
    orderings: ClassVar = {"id": ("id",)}

    @extend_schema(
        request=None, responses=serializers.AllocationSerializer, parameters=[KEY_IF_ANY]
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Free the money, or take a write-off back: the invoice is open again."""

        def free(row: Allocation) -> None:
            reversals.undo(row, day=timezone.localdate(), by=self.by)

        return self.act_once(request, pk, free)
