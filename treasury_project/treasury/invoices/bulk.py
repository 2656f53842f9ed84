"""Writing many rows at once.

``bulk_update`` writes a CASE for each row and column, and ``bulk_create`` makes an object of each
row: either costs more than computing what is written.
"""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

to_json = json.JSONEncoder(ensure_ascii=False).encode


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of ``rows``, all of one model, by their primary keys."""
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 - Django's public API
    key = meta.pk
    if key is None:
        raise TypeError(f"{meta.label} has no primary key")
    fields: list[Any] = [key, *(meta.get_field(name) for name in names)]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(each.column)} {each.db_type(connection)}" for each in fields)
    sets = ", ".join(f"{quote(f.column)} = n.{quote(f.column)}" for f in fields[1:])
    values = [{each.column: getattr(row, each.attname) for each in fields} for row in rows]
    ident = quote(str(key.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS t SET {sets} "  # noqa: S608 - names of our models
            f"FROM jsonb_to_recordset(%s::jsonb) AS n({columns}) WHERE t.{ident} = n.{ident}",
            [json.dumps(values, cls=DjangoJSONEncoder)],
        )


def insert(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert ``rows`` with all their fields, primary keys as well, by COPY."""
    fields = model._meta.concrete_fields  # noqa: SLF001
    copy(model, [each.name for each in fields], ([_copied(row, f) for f in fields] for row in rows))


def _copied(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    as_text = isinstance(field, models.JSONField) and value is not None
    return to_json(value) if as_text else value


def copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert ``rows`` with the fields ``names`` by COPY; triggers and constraints hold as always.

    None is NULL; values of JSON fields are given as text.
    """
    meta = model._meta  # noqa: SLF001
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(meta.get_field(name).column)) for name in names)  # type: ignore[union-attr]
    text = io.StringIO()
    text.writelines("\t".join(map(_cell, row)) + "\n" for row in rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN", text)


def _cell(value: Any) -> str:
    """Write a value in PostgreSQL's own text format (its manual: COPY, "File Formats")."""
    if value is None:
        return r"\N"
    if not isinstance(value, str):  # numbers, days and ids have nothing to escape
        return str(value)
    text = value.replace("\\", r"\\")
    return text.replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Make many objects that all stay: looking again and again which of them do costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
