"""The history of one row, read from the snapshots that triggers keep of every write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from nexus.directory.models import Company, Contact, Location

NOISE = frozenset({"id", "version", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a row before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One write: when, who, in which request, why (a merge says so), and what it changed."""

    at: datetime
    by: str
    request_id: str
    reason: str
    created: bool
    changes: list[Change]


def entries(row: Company | Location | Contact, *, limit: int = 200) -> list[Entry]:
    """Return the latest writes of ``row``, newest first, at most ``limit``."""
    model: Any = type(row)
    snapshots = model.pgh_event_model.objects.filter(pgh_obj_id=row.pk).select_related(
        "pgh_context"
    )
    newest = list(snapshots.order_by("-pgh_id")[: limit + 1])
    fields = [field for field in _tracked(model) if field.name not in NOISE]
    names = _names(newest, fields)
    found = []
    for index, snapshot in enumerate(newest[:limit]):
        before = newest[index + 1] if index + 1 < len(newest) else None
        about = getattr(snapshot.pgh_context, "metadata", None) or {}
        found.append(
            Entry(
                at=snapshot.pgh_created_at,
                by=about.get("name") or about.get("user") or "",
                request_id=about.get("request_id", ""),
                reason=about.get("reason", ""),
                created=snapshot.pgh_label == "insert",
                changes=list(_changes(before, snapshot, fields, names)),
            )
        )
    return [entry for entry in found if entry.changes or entry.created]


def _tracked(model: Any) -> list[models.Field[Any, Any]]:
    kept = {field.name for field in model.pgh_event_model._meta.fields}  # noqa: SLF001 - public API
    return [field for field in model._meta.fields if field.name in kept]  # noqa: SLF001


def _names(snapshots: list[Any], fields: list[Any]) -> dict[UUID, str]:
    """Return what to call the rows the snapshots point to, with one query for each kind."""
    names: dict[UUID, str] = {}
    for field in fields:
        if field.is_relation:
            keys = {getattr(snapshot, field.attname) for snapshot in snapshots} - {None}
            if keys - names.keys():
                names |= {
                    key: str(item)
                    for key, item in field.related_model.objects.in_bulk(keys).items()
                }
    return names


def _changes(
    before: Any, after: Any, fields: list[Any], names: dict[UUID, str]
) -> Iterator[Change]:
    for field in fields:
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname)
        if old != new and (old or new):
            label = str(field.verbose_name)
            yield Change(label[:1].upper() + label[1:], _shown(old, names), _shown(new, names))


def _shown(value: Any, names: dict[UUID, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, UUID):
        return names.get(value, str(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return str(value)
