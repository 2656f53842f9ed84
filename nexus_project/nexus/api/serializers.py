"""The rows of the directory as the API shows and takes them."""

from __future__ import annotations

from rest_framework import serializers

from hm_auth.rest.serializers import FullCleanModelSerializer
from nexus.directory.models import Company, Contact, Location

SHARED = ("external_ids", "archived_at", "created_at", "updated_at", "version")
READ_ONLY = ("archived_at", "created_at", "updated_at", "version")


class DirectorySerializer(FullCleanModelSerializer):
    """What the three tables share; the internal fields do not exist for a client."""

    external_ids = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="Keys of other systems, such as an RMM: `{\"ninja\": \"42\"}`.",
    )

    class Meta:
        internal_capability = "directory.internal"
        internal_fields: tuple[str, ...] = ("external_ids",)
        read_only_fields = READ_ONLY


class CompanySerializer(DirectorySerializer):
    """A client company, a prospect, or a former client."""

    class Meta(DirectorySerializer.Meta):
        model = Company
        internal_fields = ("notes", "external_ids")
        fields = (
            "id", "account_number", "name", "legal_name", "tax_id", "status", "domains", "phone",
            "website", "tags", "primary_contact", "billing_contact", "notes", *SHARED,
        )  # fmt: skip


class LocationSerializer(DirectorySerializer):
    """An address of a company."""

    class Meta(DirectorySerializer.Meta):
        model = Location
        fields = (
            "id", "company", "name", "line1", "line2", "city", "region", "postal_code", "country",
            "phone", "is_default", *SHARED,
        )  # fmt: skip


class ContactSerializer(DirectorySerializer):
    """A person at a company."""

    full_name = serializers.CharField(read_only=True)

    class Meta(DirectorySerializer.Meta):
        model = Contact
        internal_fields = ("notes", "external_ids", "vip", "user")
        fields = (
            "id", "company", "location", "first_name", "last_name", "full_name", "title", "emails",
            "phones", "roles", "vip", "active_from", "active_until", "user", "notes", *SHARED,
        )  # fmt: skip
