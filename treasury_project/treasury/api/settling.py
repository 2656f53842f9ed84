"""What is done about what is open of an invoice: credited, paid with credit, written off."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.api import invoice_serializers as serializers
from treasury.api import payment_serializers
from treasury.billing_rules.money import Money
from treasury.invoices import credit_notes
from treasury.invoices.models import Invoice
from treasury.payments import operations
from treasury.retries.api import KEY, KEY_IF_ANY


class SettlingMixin:
    """Actions of the viewset of invoices."""

    @extend_schema(
        request=serializers.NewCreditNote,
        responses={201: serializers.InvoiceSerializer},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"], url_path="credit-notes")
    def credit(self: Any, request: Request, pk: str) -> Response:
        """Take back an issued invoice, or a part of it."""

        def do() -> Response:
            row = self.found(pk)
            data = self.body(serializers.NewCreditNote)
            given = {
                name: _money(each, row, "amounts") for name, each in data.get("amounts", {}).items()
            }
            made = credit_notes.issue_credit_note(
                row,
                amounts=given or None,
                reason=data["reason"],
                today=timezone.localdate(),
                by=self.by,
            )
            return self.answer(made, status.HTTP_201_CREATED)  # type: ignore[no-any-return]

        return self.once(request, do)  # type: ignore[no-any-return]

    @extend_schema(request=None, responses=serializers.InvoiceSerializer, parameters=[KEY_IF_ANY])
    @action(detail=True, methods=["post"], url_path="use-credit")
    def use_credit(self: Any, request: Request, pk: str) -> Response:
        """Pay it with the client's credit, the oldest first, as far as both go."""

        def use(row: Invoice) -> None:
            operations.use_credit(row, today=timezone.localdate(), by=self.by)

        return self.act_once(request, pk, use)  # type: ignore[no-any-return]

    @extend_schema(
        request=payment_serializers.NewWriteOff,
        responses={201: payment_serializers.AllocationSerializer},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"], url_path="write-offs")
    def write_off(self: Any, request: Request, pk: str) -> Response:
        """Give up what is open, or a part of it. `/api/allocations/{id}/undo/` takes it back."""

        def do() -> Response:
            row = self.found(pk)
            data = self.body(payment_serializers.NewWriteOff)
            made = operations.write_off(
                row,
                amount=_money(data["amount"], row, "amount"),
                reason=data["reason"],
                day=timezone.localdate(),
                by=self.by,
            )
            shown = payment_serializers.AllocationSerializer(made).data
            return Response(shown, status.HTTP_201_CREATED)

        return self.once(request, do)  # type: ignore[no-any-return]


def _money(amount: Any, row: Invoice, field: str) -> Money:
    try:
        return Money(amount, row.currency)
    except ValueError as problem:
        raise ValidationError({field: [str(problem)]}) from problem
