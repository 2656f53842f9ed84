"""Every write to records and their types. Each is atomic and says by whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from archive.records.models import Expiry, Field, Record, RecordType
from archive.records.rules import REFERENCES, asks_for_a_secret, canonical
from archive.spaces.models import Space
from archive.spaces.rules import slug_for
from hm_auth.exceptions import HiveMatrixError


class Stale(HiveMatrixError):
    """Somebody has saved the record since it was read."""

    code = "precondition_failed"


class NotPossible(HiveMatrixError):
    """The state of the records forbids it; the message says why, for people."""

    code = "not_possible"


class InvalidValues(HiveMatrixError):
    """Some values do not fit their fields; ``errors`` maps a field's id to its message."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("Some values do not fit their fields.")
        self.errors = dict(errors)


def save_type(*, type: RecordType, by: Any) -> RecordType:  # noqa: A002 - the field's own name
    """Create or change a type; a new one gets its address from its name. Raises ValidationError."""
    if not type.slug:
        taken = set(RecordType.objects.values_list("slug", flat=True))
        type.slug = slug_for(type.name, taken, fallback="type")
    type.full_clean()
    with transaction.atomic(), _context(by):
        type.save()
    return type


def delete_type(*, type: RecordType, by: Any) -> None:  # noqa: A002
    """Remove a type without records, those in the trash counted. Raises NotPossible."""
    with transaction.atomic(), _context(by):
        RecordType.objects.select_for_update().get(pk=type.pk)
        if type.records.exists():
            raise NotPossible(f"“{type}” has records, maybe in the trash; it stays.")
        type.delete()


def save_field(*, field: Field, by: Any) -> Field:
    """Create or change a field; a new one becomes the last.

    Raises ValidationError, and NotPossible for a name that asks for a secret or for another kind
    while there are records.
    """
    if asks_for_a_secret(field.name):
        raise NotPossible("No secrets in Archive: keep passwords and keys in a password manager.")
    if not field._state.adding:  # noqa: SLF001 - Django's own API
        before = Field.objects.get(pk=field.pk)
        if before.kind != field.kind and field.type.records.exists():
            raise NotPossible("There are records of this type, so the kind of a field stays.")
    else:
        last = field.type.fields.aggregate(last=Max("position"))["last"] or 0
        field.position = field.position or last + 1
    field.full_clean()
    with transaction.atomic(), _context(by):
        field.save()
        _rebuild_expiries(field)
    return field


def delete_field(*, field: Field, by: Any) -> None:
    """Remove a field; its values leave the pages and stay in the history."""
    with transaction.atomic(), _context(by):
        field.delete()


def create_record(*, type: RecordType, space: Space, name: str, values: Mapping[str, Any],  # noqa: A002
                  by: Any, now: datetime | None = None) -> Record:  # fmt: skip
    """Write a new record. Raises InvalidValues."""
    instant = now or timezone.now()
    record = Record(type=type, space=space, created_at=instant, name=name.strip()[:200])
    fields = list(type.fields.all())
    record.values = check(fields, values)
    record.words = _words(record, fields)
    record.updated_at, record.changed_by = instant, str(by)
    record.full_clean(exclude=["type", "space"])
    with transaction.atomic(), _context(by):
        record.save(force_insert=True)
        _write_expiries(record, fields)
    return record


def save_record(*, record: Record, name: str, values: Mapping[str, Any], expected_version: int,
                by: Any, now: datetime | None = None) -> None:  # fmt: skip
    """Save over the version it was read at. Raises InvalidValues, Stale, NotPossible (trash)."""
    fields = list(record.type.fields.all())
    record.name = name.strip()[:200]
    record.values = check(fields, values)
    record.words = _words(record, fields)
    record.full_clean(exclude=["type", "space"])
    with transaction.atomic(), _context(by):
        rows = Record.objects.filter(pk=record.pk)
        changed = rows.current().filter(version=expected_version).update(
            version=F("version") + 1, name=record.name, values=record.values, words=record.words,
            changed_by=str(by), updated_at=now or timezone.now(),
        )  # fmt: skip
        if not changed and rows.trashed().exists():
            raise NotPossible(f"“{record}” is in the trash; put it back, then save.")
        if not changed:
            raise Stale("Somebody has saved this record since you opened it. Look, then save.")
        _write_expiries(record, fields)
        record.refresh_from_db()


def move_to_trash(*, record: Record, by: Any, now: datetime | None = None) -> None:
    """Take ``record`` out of sight. Raises NotPossible when it is in the trash already."""
    with transaction.atomic(), _context(by):
        rows = Record.objects.current().filter(pk=record.pk)
        values = {"deleted_at": now or timezone.now(), "changed_by": str(by)}
        if not rows.update(version=F("version") + 1, **values):
            raise NotPossible(f"“{record}” is in the trash already.")


def take_from_trash(*, record: Record, by: Any) -> None:
    """Put ``record`` back. Raises NotPossible when it is not in the trash."""
    with transaction.atomic(), _context(by):
        rows = Record.objects.trashed().filter(pk=record.pk)
        if not rows.update(deleted_at=None, version=F("version") + 1, changed_by=str(by)):
            raise NotPossible(f"“{record}” is not in the trash.")


def check(fields: list[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """Return ``values`` (by field id) as they are stored. Raises InvalidValues."""
    errors: dict[str, str] = {}
    kept: dict[str, str] = {}
    known = {str(field.pk): field for field in fields}
    for name in values.keys() - known.keys():
        errors[str(name)] = "There is no such field."
    for key, field in known.items():
        try:
            value = canonical(field.kind, values.get(key))
        except ValueError as error:
            errors[key] = str(error)
            continue
        if value:
            kept[key] = value
        elif field.required:
            errors[key] = "This field is required."
    if errors:
        raise InvalidValues(errors)
    return kept


def _words(record: Record, fields: list[Field]) -> str:
    texts = [
        record.values.get(str(field.pk), "") for field in fields if field.kind not in REFERENCES
    ]
    return " ".join([record.name, *filter(None, texts)]).lower()


def _write_expiries(record: Record, fields: list[Field]) -> None:
    """Bring the dates on the expiry list in line; a date that stays keeps what was sent for it."""
    wanted = {
        field.pk: date.fromisoformat(record.values[str(field.pk)])
        for field in fields
        if field.expires and str(field.pk) in record.values
    }
    known = {row.field_id: row for row in Expiry.objects.filter(record=record)}
    gone: list[uuid.UUID] = [key for key, row in known.items() if wanted.get(key) != row.on]
    Expiry.objects.filter(record=record, field_id__in=gone).delete()
    Expiry.objects.bulk_create(
        Expiry(record=record, field_id=key, on=on)
        for key, on in wanted.items()
        if key not in known or key in gone
    )


def _rebuild_expiries(field: Field) -> None:
    listed = Expiry.objects.filter(field=field)
    if not field.expires:
        listed.delete()
        return
    rows = Record.objects.filter(type=field.type, values__has_key=str(field.pk))
    Expiry.objects.bulk_create(
        Expiry(record=row, field=field, on=date.fromisoformat(row.values[str(field.pk)]))
        for row in rows.exclude(pk__in=listed.values("record"))
    )


def _context(by: Any) -> Any:
    return pghistory.context(user=str(by.pk), name=str(by))
