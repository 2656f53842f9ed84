"""Telling other programs which dates of records come near: each once for every notice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from archive.articles.announcing import about_space
from archive.records.models import Expiry
from archive.records.rules import NOTICES, notice
from hm_auth.webhooks import operations as webhooks


@transaction.atomic
def announce(*, today: date) -> int:
    """Tell of the dates that are 90, 60, 30 or 0 days away, and return how many those are."""
    last = date.fromordinal(today.toordinal() + max(NOTICES))
    rows = Expiry.objects.current().filter(on__lte=last).select_for_update(of=("self",))
    due = []
    for row in rows.select_related("record__space", "record__type", "field").order_by("on", "id"):
        stage = notice(row.on, today)
        if stage is not None and (row.announced is None or stage < row.announced):
            row.announced = stage
            due.append(row)
    Expiry.objects.bulk_update(due, ["announced"], batch_size=1000)
    webhooks.announce("record.expiring", [_about(row, today) for row in due])
    return len(due)


def _about(row: Expiry, today: date) -> dict[str, Any]:
    """Return what other programs are told: which record, not what else is in it."""
    record = row.record
    return {
        "id": str(record.pk), "name": record.name, "type": record.type.slug,
        "field": row.field.name, "on": row.on.isoformat(), "days": (row.on - today).days,
        "space": about_space(record.space), "url": f"/records/{record.type.slug}/{record.pk}",
    }  # fmt: skip
