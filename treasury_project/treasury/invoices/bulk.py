"""Updating many rows with one statement: ``bulk_update`` writes a CASE for each row and column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models


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
    ident = quote(key.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS t SET {sets} "  # noqa: S608 - names of our models
            f"FROM jsonb_to_recordset(%s::jsonb) AS n({columns}) WHERE t.{ident} = n.{ident}",
            [json.dumps(values, cls=DjangoJSONEncoder)],
        )
