"""Write the demo's records: rows of ``records.toml``, their dates counted from today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from archive.demo.people import demo_id
from archive.demo.writing import Shelf
from archive.records import operations
from archive.records.models import Field, RecordType
from archive.spaces.models import Space
from hm_auth.models import User


def load(
    types: Iterable[Mapping[str, Any]],
    spaces: Mapping[str, Space],
    shelf: Shelf,
) -> None:
    """Make each type with its fields and records, by the ways people make them."""
    admin, technician, today = shelf.people["admin"], shelf.people["tech"], shelf.today
    for entry in types:
        made = operations.save_type(
            type=RecordType(
                id=demo_id("record type", entry["name"]), name=entry["name"],
                description=entry["description"], open_to_clients=entry.get("open", False),
                remind=entry.get("remind", []),
            ),
            by=admin,
        )  # fmt: skip
        fields = [_field(made, name, admin) for name in entry["fields"]]
        for number, (company, name, *values) in enumerate(entry["rows"], start=1):
            operations.create_record(
                type=made, space=spaces[company], name=name, by=technician,
                now=today - timedelta(days=14 + 7 * number % 300),
                values={
                    str(field.pk): _value(field.kind, value, company, shelf)
                    for field, value in zip(fields, values, strict=True)
                },
            )  # fmt: skip


def _field(type: RecordType, name: str, by: User) -> Field:  # noqa: A002 - the model's own name
    """Make a field: ``Expires: date!`` is a date that ends something, ``Model`` a text."""
    label, _, kind = name.partition(": ")
    field = Field(type=type, name=label, kind=kind.rstrip("!") or "text", expires="!" in kind)
    return operations.save_field(field=field, by=by)


def _value(kind: str, value: Any, company: str, shelf: Shelf) -> str:
    if kind == "date":  # days from today
        return (shelf.today + timedelta(days=value)).date().isoformat()
    if kind == "article" and value:
        return str(shelf.find(value).pk)
    if kind == "contact":  # the number of the person in the company
        return str(demo_id("contact", f"{company}:{value}"))
    return str(value)
