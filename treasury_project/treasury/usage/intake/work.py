"""Rows about work. An entry is known by the id of the ticket system; without one it is new."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from treasury.usage.intake import cells
from treasury.usage.intake.rows import Action, Companies, Plan, Row, refuse_unknown_columns
from treasury.usage.models import RateClass, TimeEntry

COLUMNS = (
    "company", "day", "person", "minutes", "work_type", "rate_class", "billable", "note", "ticket",
    "external_id",
)  # fmt: skip
EXAMPLE = (
    "C-1001", "2026-11-20", "Tara Byrne", "1:30", "Support", "standard", "yes", "New printer",
    "T-1042", "T-1042/1",
)  # fmt: skip
FIELDS = ("day", "person", "minutes", "work_type", "rate_class", "billable", "note", "ticket")
FREE = {"note", "ticket"}  # what may change once an entry is billed
_A_DAY = 24 * 60


def plan(rows: Sequence[Row], companies: Companies, today: date) -> Plan:
    """Return what ``rows`` would do; one query, and nothing is written."""
    for row in rows:
        refuse_unknown_columns(row, COLUMNS)
        companies.find(row)
    known = _known(rows)
    result = Plan(list(rows), fields=FIELDS)
    seen: dict[tuple[uuid.UUID | None, str], int] = {}
    for row in rows:
        external_id = row.read("external_id", cells.text, most=100) or ""
        values = _values(row, today)
        key = (row.company_id, external_id)
        if external_id and key in seen:
            row.refuse("external_id", f"is in row {seen[key]} already")
        seen[key] = row.number
        if row.errors or row.company_id is None:
            continue
        row.about = f"{values['day']} {values['person']}"
        before = known.get(key) if external_id else None
        if before is None:
            row.action = Action.ADD
            made = TimeEntry(company_id=row.company_id, external_id=external_id, **values)
            result.add.append(made)
        else:
            _correct(row, before, values, result)
    return result


def _values(row: Row, today: date) -> dict[str, Any]:
    values: dict[str, Any] = {
        "day": row.read("day", cells.day),
        "person": row.read("person", cells.text, most=200),
        "minutes": row.read("minutes", cells.minutes),
        "work_type": row.read("work_type", cells.text, most=60),
        "rate_class": row.read(
            "rate_class", cells.choice, choices=RateClass.choices, default=RateClass.STANDARD.value
        ),
        "billable": row.read("billable", cells.yes_or_no, default=True),
        "note": row.read("note", cells.text, most=1000),
        "ticket": row.read("ticket", cells.text, most=60),
    }
    for column in ("day", "person", "minutes"):
        row.require(column, values[column])
    if values["minutes"] is not None and not 1 <= values["minutes"] <= _A_DAY:
        row.refuse("minutes", "are 1 minute to 24 hours")
    if values["day"] and values["day"] > today + timedelta(days=1):
        row.refuse("day", "lies in the future")
    return values


def _known(rows: Sequence[Row]) -> dict[tuple[uuid.UUID | None, str], TimeEntry]:
    companies = {row.company_id for row in rows if row.company_id}
    ids = {" ".join(str(row.cells.get("external_id") or "").split()) for row in rows} - {""}
    found = TimeEntry.objects.filter(company_id__in=companies, external_id__in=ids)
    return {(e.company_id, e.external_id): e for e in found.select_related("billed")}


def _correct(row: Row, entry: TimeEntry, values: dict[str, Any], result: Plan) -> None:
    changed = [name for name in FIELDS if getattr(entry, name) != values[name]]
    if not changed:
        return
    if hasattr(entry, "billed") and not FREE.issuperset(changed):
        row.refuse(changed[0], "this work has been billed and stays as it was")
        return
    row.action = Action.CHANGE
    row.changes = [f"{name}: {getattr(entry, name)} → {values[name]}" for name in changed]
    for name in changed:
        setattr(entry, name, values[name])
    result.save.append(entry)
