"""The history of one record, from the snapshots that triggers keep of every write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.records.models import Field, Record

MOST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; "" for none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One write of a record, and what it changed."""

    at: datetime
    by: str
    changes: list[Change]


def entries(record: Record) -> list[Entry]:
    """Return the latest writes of ``record``, newest first, in two queries."""
    model: Any = Record
    events = model.pgh_event_model.objects.filter(pgh_obj_id=record.pk)
    snapshots = list(events.order_by("-pgh_id")[: MOST + 1])
    names = {str(field.pk): field.name for field in Field.objects.filter(type=record.type_id)}
    pairs = zip(snapshots[:MOST], [*snapshots[1:], None], strict=False)
    return [
        Entry(at=new.pgh_created_at, by=new.changed_by, changes=_changes(old, new, names))
        for new, old in pairs
    ]


def _changes(old: Any, new: Any, names: dict[str, str]) -> list[Change]:
    before, after = (old.values if old else {}), new.values
    changes = [
        Change(names.get(key, "A field that was removed"), before.get(key, ""), after.get(key, ""))
        for key in sorted(before.keys() | after.keys(), key=lambda key: names.get(key, ""))
        if before.get(key, "") != after.get(key, "")
    ]
    if old is None or old.name != new.name:
        changes.insert(0, Change("Name", old.name if old else "", new.name))
    if old is not None and (old.deleted_at is None) != (new.deleted_at is None):
        moved = ("in use", "in the trash")
        changes.append(Change("Place", *(moved if new.deleted_at else moved[::-1])))
    return changes
