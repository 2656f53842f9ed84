"""What companies use, and how they are billed, as the API shows and takes it."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hm_auth.rest.serializers import FullCleanModelSerializer
from treasury.api.agreement_serializers import FixedFieldsSerializer
from treasury.api.catalogue_serializers import Row
from treasury.clients.models import ClientTerms
from treasury.usage.models import ContactBilling, Device, Reading, TimeEntry


class DeviceSerializer(Row):
    """`end` is the first day it is gone."""

    company = serializers.UUIDField(source="company_id", read_only=True)

    class Meta:
        model = Device
        internal_capability = "usage.view"
        internal_fields: ClassVar = ("note", "external_id")
        fields = (
            "id", "company", "hostname", "kind", "start", "end", "treatment", "custom_price",
            "note", "external_id",
        )  # fmt: skip


class ReadingSerializer(Row):
    company = serializers.UUIDField(source="company_id", read_only=True)

    class Meta:
        model = Reading
        fields = ("id", "company", "meter", "subject", "day", "quantity")


class TimeEntrySerializer(Row):
    """Work; ``invoice`` is the one that has it."""

    company = serializers.UUIDField(source="company_id", read_only=True)
    invoice = serializers.SerializerMethodField()

    class Meta:
        model = TimeEntry
        fields = (
            "id", "company", "day", "person", "minutes", "work_type", "rate_class", "billable",
            "note", "ticket", "external_id", "invoice",
        )  # fmt: skip

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_invoice(self, entry: TimeEntry) -> str | None:
        billed = getattr(entry, "billed", None)
        return str(billed.invoice_id) if billed else None


class ContactBillingSerializer(FixedFieldsSerializer):
    """How a contact of Nexus is billed on some days, where it differs from the others."""

    company = serializers.UUIDField(source="company_id")
    contact = serializers.UUIDField(source="contact_id")

    class Meta:
        model = ContactBilling
        fixed: ClassVar = ("company", "contact")
        fields = (
            "id", "company", "contact", "start", "end", "treatment", "custom_price", "note",
        )  # fmt: skip


class ClientTermsSerializer(FullCleanModelSerializer):
    """How a company is billed where that differs from the rest.

    Without `invoice_emails` invoices go to the billing contact in Nexus; `tax_region` empty is
    the seller's own.
    """

    company = serializers.UUIDField(source="company_id", read_only=True)

    class Meta:
        model = ClientTerms
        fields = (
            "company", "tax_region", "liability", "liability_reason", "invoice_emails",
            "peppol_id", "buyer_reference", "no_reminders",
        )  # fmt: skip

    def unchecked(self, draft: Any) -> set[str]:  # noqa: ARG002
        return {"company_id"}
