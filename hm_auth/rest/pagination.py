"""Keyset pagination: a page starts after a row, not at a number, so the last costs no more.

The framework's own CursorPagination compares the first column only and counts rows with the same
value by an offset it caps at 1,000. Here the cursor holds every column of the ordering, the last of
which is unique, so each row appears exactly once however many share a name.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Field, Model, Q
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

BAD_CURSOR = "Not a cursor of this list: use the addresses in next and previous."


@dataclass(frozen=True, slots=True)
class Ordering:
    """``name`` as the caller writes it, the columns it stands for, and the direction."""

    name: str
    columns: tuple[str, ...]
    descending: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row a page starts after (or, going back, ends before)."""

    backwards: bool
    values: tuple[Any, ...]


class KeysetPagination(BasePagination):
    """``limit``, ``ordering`` and ``cursor``; a view names its orderings in ``orderings``.

    ``orderings`` maps a public name to its columns, none of which may be null and the last of which
    is unique; the first entry is the default. A leading ``-`` in ``ordering`` turns it around.
    """

    default_limit = 100
    max_limit = 500
    parameters = ("limit", "ordering", "cursor")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.url = request.build_absolute_uri()
        self.limit = self._limit(request)
        self.ordering = self._ordering(request, view)
        cursor = self._cursor(request, queryset.model)
        backwards = cursor is not None and cursor.backwards
        descending = self.ordering.descending != backwards
        if cursor is not None:
            queryset = queryset.filter(_beyond(self.ordering.columns, cursor.values, descending))
        sign = "-" if descending else ""
        ordered = queryset.order_by(*(sign + column for column in self.ordering.columns))
        rows = list(ordered[: self.limit + 1])
        more = len(rows) > self.limit
        self.rows = rows[: self.limit]
        if backwards:
            self.rows.reverse()
        self.has_next = backwards or more
        self.has_previous = more if backwards else cursor is not None
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link(self.rows[-1], False) if self.has_next and self.rows else None,
                "previous": self._link(self.rows[0], True)
                if self.has_previous and self.rows
                else None,
                "results": data,
            }
        )

    def get_results(self, data: Any) -> Any:
        return data["results"]

    def _limit(self, request: Request) -> int:
        text = request.query_params.get("limit")
        if text is None:
            return self.default_limit
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise ValidationError({"limit": ["A whole number is needed."]})
        if not 1 <= int(text) <= self.max_limit:
            raise ValidationError({"limit": [f"From 1 to {self.max_limit}."]})
        return int(text)

    def _ordering(self, request: Request, view: Any) -> Ordering:
        orderings: dict[str, tuple[str, ...]] = view.orderings
        name = request.query_params.get("ordering") or next(iter(orderings))
        columns = orderings.get(name.removeprefix("-"))
        if columns is None or name.startswith("--"):
            raise ValidationError({"ordering": [f"One of {', '.join(choices(orderings))}."]})
        return Ordering(name, columns, descending=name.startswith("-"))

    def _link(self, row: Model, backwards: bool) -> str:
        cursor = encode_cursor(self.ordering, row, backwards=backwards)
        return str(replace_query_param(self.url, "cursor", cursor))

    def _cursor(self, request: Request, model: type[Model]) -> Cursor | None:
        token = request.query_params.get("cursor")
        if token is None:
            return None
        try:
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            backwards, name, *texts = json.loads(urlsafe_b64decode(padded))
            values = _values(model, self.ordering.columns, texts)
        except (
            ValueError,
            TypeError,
            OverflowError,
            RecursionError,
            DjangoValidationError,
        ) as error:
            raise ValidationError({"cursor": [BAD_CURSOR]}) from error
        if name != self.ordering.name or backwards not in (0, 1):
            raise ValidationError({"cursor": [BAD_CURSOR]})
        return Cursor(bool(backwards), values)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter(
                "limit",
                "How many rows.",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_limit,
                    "default": self.default_limit,
                },
            ),
            _parameter(
                "ordering",
                "The order of the rows; `-` turns it around.",
                {"type": "string", "enum": choices(view.orderings)},
            ),
            _parameter("cursor", "Opaque: taken from `next` or `previous`.", {"type": "string"}),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def encode_cursor(ordering: Ordering, row: Model, *, backwards: bool = False) -> str:
    """Return the opaque cursor of the page after ``row``, or before it."""
    values = [_text(getattr(row, column)) for column in ordering.columns]
    body = json.dumps([int(backwards), ordering.name, *values], separators=(",", ":"))
    return urlsafe_b64encode(body.encode()).decode().rstrip("=")


def choices(orderings: dict[str, Any]) -> list[str]:
    """Return every value ``ordering`` may take."""
    return [sign + name for name in orderings for sign in ("", "-")]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": schema,
    }  # fmt: skip


def _beyond(columns: Sequence[str], values: Sequence[Any], descending: bool) -> Q:
    """Rows after ``values``. The outer comparison is redundant, but an index can start from it."""
    way = "lt" if descending else "gt"
    column, value = columns[0], values[0]
    if len(columns) == 1:
        return Q(**{f"{column}__{way}": value})
    rest = _beyond(columns[1:], values[1:], descending)
    return Q(**{f"{column}__{way}e": value}) & (Q(**{f"{column}__{way}": value}) | rest)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _values(model: type[Model], columns: Sequence[str], texts: Sequence[Any]) -> tuple[Any, ...]:
    if len(texts) != len(columns):
        raise ValueError("another number of columns")
    values = []
    for column, text in zip(columns, texts, strict=True):
        if not isinstance(text, str) or "\x00" in text:
            raise ValueError("not text")
        text.encode()  # a lone surrogate is a ValueError here and would be an error in the driver
        field = model._meta.get_field(column)  # noqa: SLF001 - Django's own API
        if not isinstance(field, Field):
            raise TypeError("not a column")
        value = field.to_python(text)
        if isinstance(value, datetime):
            if not timezone.is_aware(value):
                raise ValueError("an instant without time zone")
            value = value.astimezone(UTC)
        values.append(value)
    return tuple(values)
