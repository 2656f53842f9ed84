"""Rows about devices. A device is known by the id of the RMM if there is one, else by hostname."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from treasury.billing_rules.facts import Treatment
from treasury.usage.intake import cells
from treasury.usage.intake.rows import Action, Companies, Plan, Row, refuse_unknown_columns
from treasury.usage.models import TREATMENTS, Device, DeviceKind

COLUMNS = (
    "company", "hostname", "kind", "from", "last_day", "billed", "price", "note", "external_id",
)  # fmt: skip
EXAMPLE = ("C-1001", "acme-ws-01", "workstation", "2026-11-01", "", "normal", "", "Reception", "")
# A change of one of these from a later day ends the row and begins another.
BILLED_BY = ("kind", "treatment", "custom_price")
FIELDS = ("hostname", *BILLED_BY, "start", "end", "note", "external_id")


def plan(rows: Sequence[Row], companies: Companies, today: date) -> Plan:
    """Return what ``rows`` would do; two queries, and nothing is written.

    A row whose ``from`` is later than the device's changes how it is billed from that day on; any
    other row puts right what is there. Columns that the input has not stay as they are.
    """
    for row in rows:
        refuse_unknown_columns(row, COLUMNS)
        companies.find(row)
    known = _known({row.company_id for row in rows if row.company_id})
    result = Plan(list(rows), fields=FIELDS)
    seen: dict[tuple[uuid.UUID | None, str], int] = {}
    for row in rows:
        values = _values(row)
        if row.errors or row.company_id is None:
            continue
        key = (row.company_id, values["external_id"] or values["hostname"].casefold())
        if key in seen:
            row.refuse("hostname", f"is in row {seen[key]} already")
            continue
        seen[key] = row.number
        before = _match(known[row.company_id], values)
        _decide(row, row.company_id, values, before, today, result, known[row.company_id])
    _refuse_overlaps(result, known)
    return result


def _values(row: Row) -> dict[str, Any]:
    """Return the fields that the row gives."""
    values: dict[str, Any] = {
        "hostname": row.read("hostname", cells.text, most=200),
        "external_id": row.read("external_id", cells.text, most=100),
        "kind": row.read("kind", cells.choice, choices=DeviceKind.choices),
        "start": row.read("from", cells.day),
        "treatment": row.read("billed", cells.choice, choices=TREATMENTS),
        "custom_price": row.read("price", cells.number),
        "note": row.read("note", cells.text, most=500),
    }
    last = row.read("last_day", cells.day)
    values["end"] = last + timedelta(days=1) if last else None
    row.require("hostname", values["hostname"])
    if values["custom_price"] is not None and not values["treatment"]:
        values["treatment"] = Treatment.CUSTOM.value
    return values


def _known(companies: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Device]]:
    found: dict[uuid.UUID, list[Device]] = defaultdict(list)
    for device in Device.objects.filter(company_id__in=companies).order_by("-start"):
        found[device.company_id].append(device)
    return found


def _match(devices: Iterable[Device], values: dict[str, Any]) -> Device | None:
    """Return the latest row of the device that is meant."""
    same_id = [d for d in devices if d.external_id and d.external_id == values["external_id"]]
    if same_id:
        return same_id[0]
    name = values["hostname"].casefold()
    named = [d for d in devices if d.hostname.casefold() == name]
    return named[0] if named and not (values["external_id"] and named[0].external_id) else None


def _decide(
    row: Row,
    company_id: uuid.UUID,
    values: dict[str, Any],
    before: Device | None,
    today: date,
    result: Plan,
    known: list[Device],
) -> None:
    row.about = values["hostname"]
    gone = (
        before is not None and before.end is not None and before.end <= (values["start"] or today)
    )
    if before is None or gone:
        made = Device(start=values["start"] or today)
        made.company_id = company_id
        _fill(made, values)
        row.require("kind", made.kind)
        if _is_whole(row, made):
            row.action = Action.ADD
            result.add.append(made)
            known.append(made)
        return
    later = values["start"] is not None and values["start"] > before.start
    if later and any(_differs(before, name, values) for name in BILLED_BY):
        _change_from(row, before, values, result, known)
        return
    _correct(row, before, values, result, keep_start=later)


def _change_from(
    row: Row, before: Device, values: dict[str, Any], result: Plan, known: list[Device]
) -> None:
    """End ``before`` on the day the row begins, and go on with another row from there."""
    after = Device(
        company_id=before.company_id,
        hostname=before.hostname,
        kind=before.kind,
        treatment=before.treatment,
        custom_price=before.custom_price,
        note=before.note,
        external_id=before.external_id,
        start=values["start"],
        end=before.end,
    )
    _fill(after, values)
    if _is_whole(row, after):
        before.end = after.start
        row.action = Action.CHANGE
        row.changes = [
            f"billed as {after.get_kind_display()}, {after.treatment}, from {after.start}"
        ]
        result.save.append(before)
        result.add.append(after)
        known.append(after)


def _correct(
    row: Row, device: Device, values: dict[str, Any], result: Plan, *, keep_start: bool
) -> None:
    old = {name: getattr(device, name) for name in FIELDS}
    if not keep_start and values["start"]:
        device.start = values["start"]
    _fill(device, values)
    if not _is_whole(row, device):
        return
    row.changes = [
        f"{name}: {old[name] or '–'} → {getattr(device, name) or '–'}"
        for name in FIELDS
        if old[name] != getattr(device, name)
    ]
    if row.changes:
        row.action = Action.CHANGE
        result.save.append(device)


def _differs(device: Device, name: str, values: dict[str, Any]) -> bool:
    return bool(values[name]) and values[name] != getattr(device, name)


def _fill(device: Device, values: dict[str, Any]) -> None:
    """Put what the row gives into ``device``; an empty cell leaves it as it is."""
    for name in ("hostname", "kind", "end", "note", "external_id", "treatment", "custom_price"):
        if values[name] not in (None, ""):
            setattr(device, name, values[name])
    if values["treatment"] not in ("", Treatment.CUSTOM) and values["custom_price"] is None:
        device.custom_price = None


def _is_whole(row: Row, device: Device) -> bool:
    """Note what the database would refuse."""
    if device.end is not None and device.end <= device.start:
        row.refuse("last_day", "lies before the first day")
    custom = device.treatment == Treatment.CUSTOM
    if custom and device.custom_price is None:
        row.refuse("price", "is missing: the device is billed at its own price")
    if device.custom_price is not None and not custom:
        row.refuse("price", "belongs to devices billed “custom”, and only there")
    return not row.errors


def _refuse_overlaps(result: Plan, known: dict[uuid.UUID, list[Device]]) -> None:
    """Note an error on the row that makes one device be there twice at once."""
    by_name = {(row.company_id, row.about.casefold()): row for row in result.rows if row.about}
    for company_id, devices in known.items():
        stays: dict[str, list[Device]] = defaultdict(list)
        for device in devices:
            stays[device.hostname.casefold()].append(device)
        for name, of_one in stays.items():
            of_one.sort(key=lambda each: each.start)
            for before, after in pairwise(of_one):
                if before.end is None or before.end > after.start:
                    row = by_name.get((company_id, name))
                    if row is not None:
                        row.refuse("from", f"the device is there already on {after.start}")
