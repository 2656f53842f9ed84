"""Records, their types and fields as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import cached_property
from rest_framework import serializers

from archive.api.serializers import StrictSerializer
from archive.records.forms import MOST_ADDRESSES
from archive.records.models import Field, Record, RecordType
from archive.records.shown import values_for
from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.serializers import FullCleanModelSerializer


class RecordSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A record; `values` maps the id of a field to its value."""

    values = serializers.SerializerMethodField(
        help_text="The id of a field to its value; null for a company, contact or article that the "
        "caller may not see."
    )
    type: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Record
        internal_capability = "archive.internal"
        internal_fields = ("changed_by", "deleted_at")
        fields = (
            "id", "type", "space", "name", "values", "version", "changed_by", "created_at",
            "updated_at", "deleted_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_values(self, record: Record) -> dict[str, str | None]:
        return self._shown[record.pk]

    @cached_property
    def _shown(self) -> dict[UUID, dict[str, str | None]]:
        """The values of all records of the answer, so that a page of them costs few queries."""
        rows: Any = [self.instance] if self.parent is None else self.parent.instance
        request = self.context["request"]
        return values_for(rows, user=request.user, caller=request.caller)


class RecordChangeSerializer(StrictSerializer):
    """What may be changed of a record; a value that is left out stays, an empty one goes."""

    name = serializers.CharField(max_length=200)
    values = serializers.DictField(
        child=serializers.CharField(max_length=5000, allow_blank=True, allow_null=True),
        default=dict, help_text="The id of a field to its value.",
    )  # fmt: skip


class RecordNewSerializer(RecordChangeSerializer):
    """A new record, of one type and space for good."""

    type = serializers.SlugField(max_length=100, help_text="The type, by its address.")
    space = serializers.UUIDField()


class FieldSerializer(FullCleanModelSerializer):
    """One thing to fill in; with `expires` its dates are on the expiry list."""

    class Meta:
        model = Field
        fields = ("id", "type", "name", "kind", "help", "required", "expires", "position")
        read_only_fields = ("id",)

    def validate_type(self, value: RecordType) -> RecordType:
        if self.instance is not None and value.pk != self.instance.type_id:
            raise serializers.ValidationError("A field stays with its type.")
        return value


class RecordTypeSerializer(FullCleanModelSerializer):
    """A kind of thing; what is to be filled in is at `/api/record-fields/?type=`."""

    remind = serializers.ListField(
        child=serializers.EmailField(), max_length=MOST_ADDRESSES, required=False
    )

    class Meta:
        model = RecordType
        internal_capability = "archive.internal"
        internal_fields: ClassVar[tuple[str, ...]] = ("remind", "open_to_clients")
        fields = (
            "id", "name", "slug", "description", "open_to_clients", "remind", "created_at",
        )  # fmt: skip
        read_only_fields = ("id", "slug", "created_at")

    def unchecked(self, draft: Any) -> set[str]:
        return set() if draft.slug else {"slug"}  # a new one gets it from its name
