"""A type of record with its fields, the records, and the dates of them that expire."""

from __future__ import annotations

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from archive.records.queries import ExpiryQuerySet, RecordQuerySet, RecordTypeQuerySet
from archive.records.rules import FieldKind
from archive.spaces.models import Space

KINDS = [(kind.value, "URL" if kind == "url" else kind.value.capitalize()) for kind in FieldKind]


@pghistory.track(append_only=True)
class RecordType(models.Model):
    """A kind of thing worth writing down in fields, such as domains or licences."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100)
    description = models.CharField(max_length=200, blank=True)
    open_to_clients = models.BooleanField("clients see the records of their company", default=False)
    remind = ArrayField(models.EmailField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecordTypeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="record_type_has_a_name"),
            models.UniqueConstraint(
                fields=["slug"],
                name="record_type_slug_unique",
                violation_error_message="Another type has this address.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                name="record_type_name_unique",
                violation_error_message="There is a type of this name already.",
            ),
        )

    def __str__(self) -> str:
        return self.name


@pghistory.track(append_only=True)
class Field(models.Model):
    """One thing to fill in; ``expires`` puts its dates on the expiry list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.ForeignKey(RecordType, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=KINDS, default=FieldKind.TEXT)
    help = models.CharField(max_length=200, blank=True)
    required = models.BooleanField(default=False)
    expires = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["type", "name"],
                name="record_field_named_once",
                violation_error_message="This type has a field of this name already.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(FieldKind)), name="record_field_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(expires=False) | Q(kind="date"),
                name="record_field_only_dates_expire",
                violation_error_message="Only a date can expire.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="record_field_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["words"], append_only=True)
class Record(models.Model):
    """One domain, licence or warranty of one space; ``values`` maps a field's id to its value."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="records")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="records")
    name = models.CharField(max_length=200)
    values = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True, editable=False, help_text="What search looks at.")
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.CharField(max_length=200, help_text="The name at the time.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="record_has_a_name"),)
        indexes = (
            models.Index(fields=["type", "name", "id"], name="record_by_name"),
            models.Index(fields=["type", "-updated_at", "-id"], name="record_by_change"),
            models.Index(fields=["space", "name", "id"], name="record_of_space"),
            GinIndex(fields=["words"], name="record_words", opclasses=["gin_trgm_ops"]),
        )

    def __str__(self) -> str:
        return self.name


class Expiry(models.Model):
    """A date of a record on which something ends: made of the record's values when it is saved."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="expiries")
    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    reminded = models.PositiveSmallIntegerField(
        null=True, help_text="The notice sent last: 90, 60, 30 or 0 days before."
    )
    announced = models.PositiveSmallIntegerField(
        null=True, help_text="The same, of what webhooks were told."
    )

    objects = ExpiryQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["record", "field"], name="expiry_once_a_field"),
        )
        indexes = (models.Index(fields=["on", "id"], name="expiry_by_date"),)

    def __str__(self) -> str:
        return f"{self.on}"
