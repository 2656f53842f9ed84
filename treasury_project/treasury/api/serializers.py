"""The rows of Treasury as the API shows and takes them. Money is text, never a float."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.serializers import FullCleanModelSerializer
from treasury.agreements.models import Addition, Agreement
from treasury.billing_rules.money import Money
from treasury.catalogue.models import Plan, PlanPrice, Product, ProductPrice
from treasury.invoices.models import BillingRun, Invoice, InvoiceLine
from treasury.payments.models import Payment
from treasury.taxes.models import TaxRate
from treasury.usage.models import Device, Reading, TimeEntry


class Row(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A row to read."""


class ProductPriceSerializer(FullCleanModelSerializer):
    """A price holds from its first day until the next one begins; it is added, never edited."""

    class Meta:
        model = ProductPrice
        fields = ("id", "product", "currency", "unit_price", "start")


class ProductSerializer(FullCleanModelSerializer):
    """Something that is sold."""

    class Meta:
        model = Product
        fields = (
            "id", "sku", "name", "unit", "units", "tax_category", "income_account", "is_active",
        )  # fmt: skip


class PlanPriceSerializer(FullCleanModelSerializer):
    class Meta:
        model = PlanPrice
        fields = ("id", "plan", "product", "term_months", "currency", "unit_price", "start")


class PlanSerializer(Row):
    """Products that are sold together."""

    products = serializers.SerializerMethodField()

    class Meta:
        model = Plan
        fields = ("id", "name", "description", "is_active", "products")

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_products(self, plan: Plan) -> list[str]:
        return [str(item.product_id) for item in plan.items.all()]


class TaxRateSerializer(Row):
    class Meta:
        model = TaxRate
        fields = ("id", "name", "category", "region", "percent", "start", "end")


class AdditionSerializer(Row):
    """A line of an agreement. ``end`` is the first day it no longer counts."""

    class Meta:
        model = Addition
        fields = (
            "id", "agreement", "product", "description", "position", "kind", "source", "counts",
            "quantity", "included", "increment", "override_price", "scheme", "proration", "start",
            "end",
        )  # fmt: skip


class AgreementSerializer(Row):
    """What was agreed with a company, with its lines."""

    additions = AdditionSerializer(many=True, read_only=True)

    class Meta:
        model = Agreement
        fields = (
            "id", "company_id", "title", "plan", "term_months", "renewal", "notice_days", "start",
            "end", "anchor", "cadence_months", "timing", "currency", "payment_days", "po_number",
            "proration", "minimum", "additions",
        )  # fmt: skip


class DeviceSerializer(Row):
    class Meta:
        model = Device
        fields = (
            "id", "company_id", "hostname", "kind", "start", "end", "treatment", "custom_price",
            "note", "external_id",
        )  # fmt: skip


class ReadingSerializer(Row):
    class Meta:
        model = Reading
        fields = ("id", "company_id", "meter", "subject", "day", "quantity")


class TimeEntrySerializer(Row):
    """Work; ``invoice`` is the one that has it."""

    invoice = serializers.SerializerMethodField()

    class Meta:
        model = TimeEntry
        fields = (
            "id", "company_id", "day", "person", "minutes", "work_type", "rate_class", "billable",
            "note", "ticket", "external_id", "invoice",
        )  # fmt: skip

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_invoice(self, entry: TimeEntry) -> str | None:
        billed = getattr(entry, "billed", None)
        return str(billed.invoice_id) if billed else None


class InvoiceRowSerializer(Row):
    """An invoice or credit note in a list: without its lines."""

    number = serializers.CharField(source="label", read_only=True)
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    gross = serializers.SerializerMethodField()
    open = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        internal_capability = "invoices.internal"
        internal_fields: ClassVar[tuple[str, ...]] = ("warnings", "reason")
        fields: tuple[str, ...] = (
            "id", "number", "kind", "status", "company_id", "agreement", "corrects", "reason",
            "period_start", "period_end", "issued_on", "due_on", "currency", "net", "tax", "gross",
            "open", "po_number", "warnings",
        )  # fmt: skip

    def get_net(self, row: Invoice) -> str:
        return str(Money(row.net, row.currency).amount)

    def get_tax(self, row: Invoice) -> str:
        return str(Money(row.tax, row.currency).amount)

    def get_gross(self, row: Invoice) -> str:
        return str(Money(row.gross, row.currency).amount)

    def get_open(self, row: Invoice) -> str:
        return str(Money(row.open, row.currency).amount)


class LineSerializer(serializers.ModelSerializer[Any]):
    """A line: ``explanation`` is how it was computed, ``sentences`` the same in words."""

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


class PaymentSerializer(Row):
    """Money received; ``unused`` is the client's credit."""

    class Meta:
        model = Payment
        fields = (
            "id", "company_id", "client_name", "received_on", "amount", "unused", "currency",
            "method", "reference", "bank_reference", "note",
        )  # fmt: skip


class NewPayment(serializers.Serializer[Any]):
    """A payment to record. Without ``invoices`` the oldest are paid."""

    company = serializers.UUIDField()
    client_name = serializers.CharField(max_length=200)
    received_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    reference = serializers.CharField(max_length=200, default="", allow_blank=True)
    invoices = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=100)


class NewCreditNote(serializers.Serializer[Any]):
    """What to give back of an invoice: net amounts by the ``identity`` of lines, or all of it."""

    reason = serializers.CharField(max_length=500)
    amounts = serializers.DictField(
        child=serializers.DecimalField(max_digits=14, decimal_places=3), required=False
    )


class RunSerializer(Row):
    """A run of the billing and how far it is."""

    class Meta:
        model = BillingRun
        fields = (
            "id", "day", "state", "asked_at", "finished_at", "total", "done", "drafted", "changed",
            "removed", "left_out", "unbilled", "error",
        )  # fmt: skip
