"""Payments, refunds and allocations as the API shows and takes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from treasury.api.catalogue_serializers import Row
from treasury.api.fields import AMOUNT, MoneyField
from treasury.billing_rules.money import Money
from treasury.payments.models import Allocation, Method, Payment, Refund


class PaymentSerializer(Row):
    """Money received; ``unused`` is the client's credit."""

    company = serializers.UUIDField(source="company_id", read_only=True)
    amount = MoneyField(read_only=True)
    unused = MoneyField(read_only=True)

    class Meta:
        model = Payment
        fields = (
            "id", "company", "client_name", "received_on", "amount", "unused", "currency",
            "method", "reference", "bank_reference", "note", "reversed_on", "reversal_reason",
        )  # fmt: skip


class RefundSerializer(Row):
    """Credit that was paid back."""

    company = serializers.UUIDField(source="company_id", read_only=True)
    amount = MoneyField(read_only=True)

    class Meta:
        model = Refund
        fields = (
            "id", "company", "client_name", "paid_on", "amount", "currency", "method", "reference",
            "note", "reversed_on", "reversal_reason",
        )  # fmt: skip


class AllocationSerializer(Row):
    """What of a payment or credit note is used for an invoice or a refund from a day on.

    With neither `payment` nor `credit` it is a write-off.
    """

    amount = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()

    class Meta:
        model = Allocation
        fields = (
            "id", "payment", "credit", "invoice", "refund", "amount", "currency", "day", "reason",
            "undone_on",
        )  # fmt: skip

    def get_currency(self, row: Allocation) -> str:
        target: Any = row.invoice or row.refund
        return str(target.currency)

    @extend_schema_field(AMOUNT)
    def get_amount(self, row: Allocation) -> str:
        return str(Money(row.amount, self.get_currency(row)).amount)


def not_in_future(day: date) -> None:
    """Raise ValidationError for a day that has not come yet."""
    if day > timezone.localdate():
        raise serializers.ValidationError("That day has not come yet.")


class _Moved(serializers.Serializer[Any]):
    """Money that moved. The client is named as Nexus does today."""

    company = serializers.UUIDField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    method = serializers.ChoiceField(choices=Method.choices, default=Method.TRANSFER.value)
    reference = serializers.CharField(max_length=200, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            attrs["money"] = Money(attrs["amount"], attrs["currency"])
        except ValueError as problem:
            raise serializers.ValidationError({"amount": [str(problem)]}) from problem
        return attrs


class NewPayment(_Moved):
    """A payment to record. It pays `invoices`, then the oldest; the rest is credit."""

    received_on = serializers.DateField(validators=[not_in_future])
    bank_reference = serializers.CharField(
        max_length=140, default="", allow_blank=True, help_text="No booking is recorded twice."
    )
    invoices = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=100)


class NewRefund(_Moved):
    """Credit that was paid back to the client, the oldest first."""

    paid_on = serializers.DateField(validators=[not_in_future])


class NewWriteOff(serializers.Serializer[Any]):
    """What nobody is asked for any more, and why."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)
    reason = serializers.CharField(max_length=500)


class Reversal(serializers.Serializer[Any]):
    """When and why money moved back."""

    day = serializers.DateField(validators=[not_in_future])
    reason = serializers.CharField(max_length=200)
