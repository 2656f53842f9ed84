"""Spaces as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from archive.api.serializers import StrictSerializer
from archive.spaces.languages import CHOICES
from archive.spaces.models import Kind, Space
from hm_auth.rest.fields import SparseFieldsMixin


class SpaceSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A space: of one company, of the staff, or of all clients."""

    url = serializers.SerializerMethodField(help_text="Its page, below the address of Archive.")

    class Meta:
        model = Space
        fields = ("id", "name", "slug", "kind", "company_id", "language", "created_at", "url")
        read_only_fields = fields

    def get_url(self, space: Space) -> str:
        return f"/spaces/{space.slug}"


class SpaceChangeSerializer(StrictSerializer):
    """What may be changed of a space; a company's has the company's name."""

    name = serializers.CharField(max_length=200, required=False)
    language = serializers.ChoiceField(
        CHOICES, required=False, help_text="Of its articles; search knows its word forms."
    )


class SpaceNewSerializer(SpaceChangeSerializer):
    """A new space: of a company by `company_id`, or of the staff or all clients by `name`."""

    kind = serializers.ChoiceField(Kind.choices)
    company_id = serializers.UUIDField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        of_company = attrs["kind"] == Kind.COMPANY
        if of_company != (attrs["company_id"] is not None):
            raise serializers.ValidationError({"company_id": ["A company's space has one."]})
        if of_company == ("name" in attrs):
            raise serializers.ValidationError({"name": ["A company's space has the company's."]})
        return attrs
