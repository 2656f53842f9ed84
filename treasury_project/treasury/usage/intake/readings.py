"""Rows about readings of meters. A reading is known by company, meter, subject and day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from treasury.usage.intake import cells
from treasury.usage.intake.rows import Action, Companies, Plan, Row, refuse_unknown_columns
from treasury.usage.models import Meter, Reading

COLUMNS = ("company", "meter", "subject", "day", "quantity")
EXAMPLE = ("C-1001", "backup_gb", "acme-srv-01", "2026-11-01", "812.5")
FIELDS = ("quantity",)
Key = tuple[uuid.UUID | None, str, str, date]


def plan(rows: Sequence[Row], companies: Companies, today: date) -> Plan:
    """Return what ``rows`` would do; one query, and nothing is written."""
    read: list[tuple[Row, dict[str, Any]]] = []
    for row in rows:
        refuse_unknown_columns(row, COLUMNS)
        companies.find(row)
        read.append((row, _values(row, today)))
    known = _known(read)
    result = Plan(list(rows), fields=FIELDS)
    seen: dict[Key, int] = {}
    for row, values in read:
        if row.errors or row.company_id is None:
            continue
        key = (row.company_id, values["meter"], values["subject"], values["day"])
        if key in seen:
            row.refuse("day", f"this reading is in row {seen[key]} already")
            continue
        seen[key] = row.number
        row.about = f"{values['subject']} {values['day']}"
        before = known.get(key)
        if before is None:
            row.action = Action.ADD
            result.add.append(Reading(company_id=row.company_id, **values))
        elif before.quantity != values["quantity"]:
            row.action = Action.CHANGE
            row.changes = [f"quantity: {before.quantity.normalize():f} → {values['quantity']}"]
            before.quantity = values["quantity"]
            result.save.append(before)
    return result


def _values(row: Row, today: date) -> dict[str, Any]:
    values = {
        "meter": row.read("meter", cells.choice, choices=Meter.choices, default=Meter.BACKUP.value),
        "subject": row.read("subject", cells.text, most=200),
        "day": row.read("day", cells.day) if row.cells.get("day") else today,
        "quantity": row.read("quantity", cells.number),
    }
    for column in ("subject", "day", "quantity"):
        row.require(column, values[column])
    return values


def _known(read: Sequence[tuple[Row, dict[str, Any]]]) -> dict[Key, Reading]:
    found = Reading.objects.filter(
        company_id__in={row.company_id for row, _ in read if row.company_id},
        subject__in={values["subject"] for _, values in read},
        day__in={values["day"] for _, values in read if values["day"]},
    )
    return {(r.company_id, r.meter, r.subject, r.day): r for r in found}
