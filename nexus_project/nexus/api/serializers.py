"""The rows of the directory as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from hm_auth.rest.permissions import has_capability
from hm_auth.rest.serializers import FullCleanModelSerializer
from nexus.directory.models import Company, Contact, Location

SHARED = ("external_ids", "archived_at", "created_at", "updated_at", "version")
READ_ONLY = ("merged_into", "archived_at", "created_at", "updated_at", "version")


class DirectorySerializer(FullCleanModelSerializer):
    """What the three tables share; the internal fields do not exist for a client."""

    external_ids = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text='Keys of other systems, such as an RMM: `{"ninja": "42"}`.',
    )

    class Meta:
        internal_capability = "directory.internal"
        internal_fields: tuple[str, ...] = ("external_ids",)
        read_only_fields = READ_ONLY


class CompanySerializer(DirectorySerializer):
    """A client company, a prospect, or a former client."""

    # Checked by the model once it has cut the domain out of what people paste.
    domains = serializers.ListField(
        child=serializers.CharField(max_length=253),
        required=False,
        help_text="Internet domains, such as `acme.example`.",
    )

    class Meta(DirectorySerializer.Meta):
        model = Company
        internal_fields = ("tags", "notes", "external_ids", "merged_into")
        fields = (
            "id", "account_number", "name", "legal_name", "tax_id", "status", "domains", "phone",
            "website", "tags", "primary_contact", "billing_contact", "notes", "merged_into",
            *SHARED,
        )  # fmt: skip
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "account_number": {
                "required": False,
                "help_text": "What people call this company by; the next free one if left out.",
            },
        }

    def to_representation(self, instance: Company) -> dict[str, Any]:
        values: dict[str, Any] = super().to_representation(instance)
        request = self.context.get("request")
        if request is not None and not has_capability(request.user, "directory.internal"):
            # For a client an archived contact does not exist: no id that leads to a 404.
            for name in {"primary_contact", "billing_contact"} & values.keys():
                contact = getattr(instance, name)
                if contact is not None and contact.archived_at is not None:
                    values[name] = None
        return values

    def unchecked(self, draft: Company) -> set[str]:
        return set() if draft.account_number else {"account_number"}


class LocationSerializer(DirectorySerializer):
    """An address of a company."""

    class Meta(DirectorySerializer.Meta):
        model = Location
        fields = (
            "id", "company", "name", "line1", "line2", "city", "region", "postal_code", "country",
            "phone", "is_default", *SHARED,
        )  # fmt: skip

    def draft(self, attrs: dict[str, Any]) -> Location:
        # Saving a new default takes the mark from the old one: two at once are no mistake here.
        return super().draft({**attrs, "is_default": False})


class ContactSerializer(DirectorySerializer):
    """A person at a company."""

    full_name = serializers.CharField(read_only=True)

    class Meta(DirectorySerializer.Meta):
        model = Contact
        internal_fields = ("notes", "external_ids", "merged_into", "vip", "user")
        fields = (
            "id", "company", "location", "first_name", "last_name", "full_name", "title", "emails",
            "phones", "roles", "vip", "active_from", "active_until", "user", "notes", "merged_into",
            *SHARED,
        )  # fmt: skip
