"""The history of rows, read from the snapshots that triggers keep of every write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

NOISE = frozenset({"id", "company_id", "agreement", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a row before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One write: when, who, why, which row, and what it changed; nothing if it was made or gone."""

    at: datetime
    by: str
    reason: str
    row: str
    kind: str  # insert, update, delete
    changes: list[Change]


def entries(rows: Sequence[models.Model], *, limit: int) -> list[Entry]:
    """Return the latest writes of ``rows``, newest first; two queries for each model among them."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    found = [entry for model, some in by_model.items() for entry in _of(model, some, limit)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def removed(model: Any, **belonging_to: Any) -> list[Any]:
    """Return the rows that were removed, as they last were, so that their history can be told."""
    events = model.pgh_event_model.objects.filter(pgh_label="delete", **belonging_to)
    names = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - public API
    return [
        model(**{name: getattr(each, name) for name in names})
        for each in events.order_by("-pgh_id")[:20]
    ]


def _of(model: Any, rows: Sequence[Any], limit: int) -> Iterator[Entry]:
    words = {row.pk: str(row) for row in rows}
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=list(words))
    newest = list(events.select_related("pgh_context").order_by("-pgh_id")[: limit * 4])
    fields = [
        field
        for field in model._meta.fields  # noqa: SLF001 - Django's public API
        if field.name not in NOISE
    ]
    later: dict[Any, Any] = {}
    made: list[Entry] = []
    for event in reversed(newest):
        before = later.get(event.pgh_obj_id)
        changes = list(_changes(before, event, fields)) if event.pgh_label == "update" else []
        later[event.pgh_obj_id] = event
        if event.pgh_label == "update" and before is not None and not changes:
            continue
        about = getattr(event.pgh_context, "metadata", None) or {}
        made.append(
            Entry(
                at=event.pgh_created_at,
                by=str(about.get("name") or ""),
                reason=str(about.get("reason") or ""),
                row=words.get(event.pgh_obj_id, ""),
                kind=str(event.pgh_label),
                changes=changes,
            )
        )
    yield from reversed(made)


def _changes(before: Any, after: Any, fields: Sequence[Any]) -> Iterator[Change]:
    if before is None:
        return
    for field in fields:
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield Change(str(field.verbose_name), _text(old), _text(new))


def _text(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
