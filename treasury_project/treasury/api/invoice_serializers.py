"""Invoices, credit notes, their review and their mails as the API shows and takes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from treasury.api.catalogue_serializers import Row
from treasury.api.fields import MoneyField, MoneyValue
from treasury.billing.models import Approval
from treasury.catalogue.models import Product
from treasury.delivery.forms import MOST
from treasury.delivery.models import Delivery
from treasury.invoices.models import BillingRun, Invoice, InvoiceLine


class InvoiceRowSerializer(Row):
    """An invoice or credit note in a list: without its lines."""

    number = serializers.CharField(source="label", read_only=True)
    company = serializers.UUIDField(source="company_id", read_only=True)
    net = MoneyField(read_only=True)
    tax = MoneyField(read_only=True)
    gross = MoneyField(read_only=True)
    open = MoneyField(read_only=True)

    class Meta:
        model = Invoice
        internal_capability = "invoices.internal"
        internal_fields: ClassVar[tuple[str, ...]] = ("warnings",)
        fields: tuple[str, ...] = (
            "id", "number", "kind", "status", "company", "agreement", "corrects", "reason",
            "period_start", "period_end", "issued_on", "due_on", "currency", "net", "tax", "gross",
            "open", "po_number", "warnings",
        )  # fmt: skip


class LineSerializer(serializers.ModelSerializer[Any]):
    """A line: ``explanation`` is how it was computed, ``sentences`` the same in words."""

    amount = MoneyField(currency="invoice.currency", read_only=True)
    sentences = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceLine
        fields = (
            "position", "identity", "description", "amount", "tax_category", "taxes", "sentences",
            "explanation",
        )  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_sentences(self, line: InvoiceLine) -> list[str]:
        return list((line.explanation or {}).get("sentences", ()))


class InvoiceSerializer(InvoiceRowSerializer):
    """An invoice with its lines, its taxes, and who both sides were when it was issued."""

    lines = serializers.SerializerMethodField()

    class Meta(InvoiceRowSerializer.Meta):
        fields = (
            *InvoiceRowSerializer.Meta.fields, "tax_region", "liability", "liability_reason",
            "tax_breakdown", "client", "seller", "lines",
        )  # fmt: skip

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, row: Invoice) -> Any:
        return LineSerializer(row.lines.order_by("position"), many=True).data


class ChangeDraft(serializers.ModelSerializer[Any]):
    """What of a draft does not follow from the agreement."""

    class Meta:
        model = Invoice
        fields = ("po_number",)


class NewLine(serializers.Serializer[Any]):
    """Something to bill once with a draft; without `price` the plan's or the list's holds."""

    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.all())
    description = serializers.CharField(max_length=200, default="", allow_blank=True)
    quantity = serializers.DecimalField(
        max_digits=14, decimal_places=4, min_value=Decimal(0), default=Decimal(1)
    )
    price = serializers.DecimalField(
        max_digits=14, decimal_places=6, min_value=Decimal(0), allow_null=True, default=None
    )


class NewCreditNote(serializers.Serializer[Any]):
    """What to give back of an invoice: net amounts by the ``identity`` of lines, or all of it."""

    reason = serializers.CharField(max_length=500)
    amounts = serializers.DictField(
        child=serializers.DecimalField(max_digits=14, decimal_places=3),
        required=False,
        allow_empty=False,
    )


class CauseSerializer(serializers.Serializer[Any]):
    """A line that costs something else than the time before, and why."""

    description = serializers.CharField()
    amount = MoneyValue()
    words = serializers.ListField(child=serializers.CharField())


class ReviewSerializer(serializers.Serializer[Any]):
    """A draft against the invoice before it; the amounts of the causes sum to the change."""

    before = MoneyField(allow_null=True, help_text="Net of the invoice before; null for the first.")
    net = MoneyField()
    change = MoneyField()
    jumped = serializers.BooleanField(help_text="It grew or shrank by more than 30 percent.")
    flagged = serializers.BooleanField(help_text="A person should look at it.")
    causes = CauseSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())


class RunSerializer(Row):
    """A run of the billing and how far it is."""

    class Meta:
        model = BillingRun
        fields = (
            "id", "day", "state", "asked_at", "finished_at", "total", "done", "drafted", "changed",
            "removed", "left_out", "unbilled", "gone", "error",
        )  # fmt: skip


class ApprovalSerializer(Row):
    """Drafts that somebody looked at, being issued and sent; `refused` says why some were not."""

    class Meta:
        model = Approval
        fields = (
            "id", "invoices", "send", "state", "asked_at", "done", "issued", "refused", "unsent",
            "error",
        )  # fmt: skip


class NewApproval(serializers.Serializer[Any]):
    """Drafts to issue, and whether to send them."""

    invoices = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=1000
    )
    send = serializers.BooleanField(default=False)


class DeliverySerializer(Row):
    """A mail with a document, and what became of it."""

    company = serializers.UUIDField(source="company_id", read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "kind", "company", "invoice", "to", "subject", "state", "attempts", "created_at",
            "sent_at", "error",
        )  # fmt: skip


class NewDelivery(serializers.Serializer[Any]):
    """To whom, and with which words; without them where it went before, or the client said."""

    to = serializers.ListField(
        child=serializers.EmailField(), required=False, allow_empty=False, max_length=MOST
    )
    body = serializers.CharField(max_length=10_000, default="", allow_blank=True)
