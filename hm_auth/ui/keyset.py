"""Pages of a list by keyset: each page costs the same, however far down the list it is.

An offset makes the database read and discard everything before it, and skips or repeats rows when
somebody adds one meanwhile. Here the last row of a page is the place where the next one begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import reduce
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page, and the cursor of the next one (None on the last page)."""

    rows: list[Row]
    next: str | None


def keyset_page(
    queryset: QuerySet[Row], order: Sequence[str], after: str | None, size: int
) -> Page[Row]:
    """Return the ``size`` rows that follow the cursor ``after``, in one query.

    ``order`` names fields or annotations, "-" before a name for descending, "company__name"
    through a relation (use select_related); the last must be unique, and none may be nullable.
    Index the columns in this order. A cursor that was altered, or made by another list or order,
    starts at the first page: an address cut short in a chat is not worth an error.

    Raises ValueError for an order that cannot be paged.
    """
    fields = [_field(queryset, name.removeprefix("-")) for name in order]
    if not fields or not fields[-1].unique:
        raise ValueError(f"The order {order} must end in a unique field.")
    label = queryset.model._meta.label  # noqa: SLF001 - Django's public API
    signer = Signer(salt=f"hm.keyset:{label}:{','.join(order)}")
    page = queryset.order_by(*order)
    if values := _decode(signer, fields, after):
        page = page.filter(_beyond(order, values))
    rows = list(page[: size + 1])
    following = _encode(signer, order, rows[size - 1]) if len(rows) > size else None
    return Page(rows=rows[:size], next=following)


def _field(queryset: QuerySet[Any], path: str) -> Field[Any, Any]:
    """Return the field behind ``path``. Raises ValueError when it is nullable.

    NULL is neither before nor after anything, so a row with NULL would be on no page at all.
    """
    if annotation := queryset.query.annotations.get(path):
        return cast("Field[Any, Any]", annotation.output_field)
    meta = queryset.model._meta  # noqa: SLF001
    field: Any = None
    for name in path.split("__"):
        field = meta.pk if name == "pk" else meta.get_field(name)
        if field.null:
            raise ValueError(f"{path} may be NULL and cannot order a keyset page.")
        if field.related_model is not None:
            meta = field.related_model._meta  # noqa: SLF001
    return cast("Field[Any, Any]", field)


def _beyond(order: Sequence[str], values: Sequence[Value]) -> Q | GreaterThan | LessThan:
    """Return the condition for the rows that come after ``values`` in ``order``."""
    names = [name.removeprefix("-") for name in order]
    down = [name.startswith("-") for name in order]
    if len(set(down)) == 1:
        # PostgreSQL walks an index from a row value: rows that share the first column cost nothing.
        compare = LessThan if down[0] else GreaterThan
        return compare(_row(*[F(name) for name in names]), _row(*values))
    sides = ["lt" if each else "gt" for each in down]
    return _mixed(list(zip(sides, names, values, strict=True)))


def _mixed(steps: Sequence[tuple[str, str, Value]]) -> Q:
    """Return a >= x AND (a > x OR ...): the outer bound is one an index can use."""
    (side, name, value), *rest = steps
    beyond = Q(**{f"{name}__{side}": value})
    if not rest:
        return beyond
    return Q(**{f"{name}__{side}e": value}) & (beyond | _mixed(rest))


def _row(*expressions: F | Value) -> Func:
    return Func(*expressions, function="ROW", output_field=BooleanField())


def _encode(signer: Signer, order: Sequence[str], row: Model) -> str:
    values = []
    for name in order:
        value = reduce(getattr, name.removeprefix("-").split("__"), row)
        if value is None:
            raise ValueError(f"{name} is NULL in {row!r} and cannot order a keyset page.")
        values.append(_plain(value))
    return signer.sign_object(values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()  # Django's JSON encoder would cut the microseconds
    return str(value) if isinstance(value, UUID | Decimal) else value


def _decode(signer: Signer, fields: Sequence[Field[Any, Any]], after: str | None) -> list[Value]:
    if not after:
        return []
    try:
        stored = signer.unsign_object(after)
        return [
            Value(field.to_python(value), output_field=field)
            for field, value in zip(fields, stored, strict=True)
        ]
    except (BadSignature, ValidationError, ValueError):
        return []
