"""Every write to items. Each is atomic and says by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from hm_auth.exceptions import HiveMatrixError
from sample.items.models import Item


class Stale(HiveMatrixError):
    """Somebody has saved the item since it was read; nothing was written."""

    code = "precondition_failed"


@transaction.atomic
def create(*, item: Item, by: Any, now: datetime | None = None) -> Item:
    """Write a new item. Raises ValidationError."""
    item.created_at = item.updated_at = now or timezone.now()
    item.changed_by = str(by)
    item.full_clean()
    with _history(by):
        item.save(force_insert=True)
    return item


@transaction.atomic
def save(*, item: Item, expected_version: int, by: Any, now: datetime | None = None) -> Item:
    """Save ``item`` over the version it was read at. Raises ValidationError and Stale."""
    stored = Item.objects.select_for_update().get(pk=item.pk)
    if stored.version != expected_version:
        raise Stale(f"{stored.changed_by} has saved this item since you opened it.")
    item.version = expected_version + 1
    item.changed_by = str(by)
    item.updated_at = now or timezone.now()
    item.full_clean()
    with _history(by):
        item.save()
    return item


def _history(by: Any) -> Any:
    """Let the triggers that keep the history know who it was."""
    return pghistory.context(user=str(by.pk), name=str(by))
