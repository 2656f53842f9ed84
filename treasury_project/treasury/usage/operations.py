"""Every write to usage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from hm_auth.models import User
from treasury.recorded import Refused, recorded
from treasury.usage.intake.rows import Plan
from treasury.usage.models import ContactBilling, Device, Reading, TimeEntry

NotPossible = Refused
WORDS = {
    "device_once_at_a_time": "A device would be there twice on some days.",
    "work_is_billed": "This work has been billed and cannot be altered.",
    "time_entry_external_id_once": "Somebody has just added one of these entries.",
    "reading_once_a_day": "Somebody has just added one of these readings.",
    "contact_billing_once_at_a_time": "This contact is billed in another way on these days.",
}


def apply(plan: Plan, *, by: User | None, reason: str) -> None:
    """Write what ``plan`` says, all of it or nothing. Raises NotPossible."""
    if plan.has_errors:
        raise NotPossible("Some rows cannot be taken, so none was.")
    with recorded(by=by, reason=reason, words=WORDS):
        for model, rows in _by_model(plan.save).items():
            model._default_manager.bulk_update(rows, plan.fields, batch_size=500)  # noqa: SLF001
        for model, rows in _by_model(plan.add).items():
            model._default_manager.bulk_create(rows, batch_size=2000)  # noqa: SLF001


def _by_model(rows: list[Any]) -> dict[type[models.Model], list[Any]]:
    found: dict[type[models.Model], list[Any]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    return found


def save(
    row: Device | ContactBilling | Reading | TimeEntry, *, by: User | None, reason: str = ""
) -> None:
    """Add or correct one row. Raises NotPossible."""
    with recorded(by=by, reason=reason, words=WORDS):
        row.save()


def remove(
    row: Device | ContactBilling | Reading | TimeEntry, *, by: User, reason: str = "A mistake"
) -> None:
    """Take back a row that should never have been there. Raises NotPossible."""
    with recorded(by=by, reason=reason, words=WORDS):
        row.delete()


def end_device(device: Device, *, last_day: date, by: User) -> None:
    """Stop counting ``device`` after ``last_day``. Raises ValidationError."""
    device.end = last_day + timedelta(days=1)
    device.full_clean()
    save(device, by=by, reason="Gone")


def change_device(device: Device, *, from_day: date, by: User) -> Device:
    """Bill ``device`` as it is now from ``from_day`` on, and as it was before until then.

    Returns the row that begins on that day. Raises ValidationError.
    """
    before = Device.objects.get(pk=device.pk)
    if from_day <= before.start or (before.end is not None and from_day >= before.end):
        raise ValidationError({"from_day": "Choose a day after the first and before the last."})
    after = Device(
        **{
            field.attname: getattr(device, field.attname)
            for field in Device._meta.concrete_fields  # noqa: SLF001 - Django's public API
            if field.name not in ("id", "start")
        },
        start=from_day,
    )
    before.end = from_day
    with recorded(by=by, reason=f"Billed in another way from {from_day}", words=WORDS):
        before.save()
        after.full_clean()
        after.save()
    return after
