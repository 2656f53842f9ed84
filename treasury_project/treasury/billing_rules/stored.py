"""A line as JSON and back: stored with the invoice, so that it can be explained for ever.

Decimals, fractions and dates are strings; nothing is a binary floating-point number. The sentences
are stored as they were worded when the line was made.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from treasury.billing_rules.agreement import Noun
from treasury.billing_rules.allowances import Draw
from treasury.billing_rules.explanation import explain
from treasury.billing_rules.lines import (
    Change,
    Changed,
    Counting,
    Fact,
    Floor,
    Line,
    Part,
    Worked,
    Working,
)
from treasury.billing_rules.money import Money
from treasury.billing_rules.periods import Period
from treasury.billing_rules.pricing import Tariff, Tier

_BASES: dict[str, Any] = {each.__name__: each for each in (Changed, Counting, Floor, Working)}

_DATACLASSES = (
    Change,
    Draw,
    Fact,
    Money,
    Noun,
    Part,
    Period,
    Tariff,
    Tier,
    Worked,
    *_BASES.values(),
)

Json = dict[str, Any]


def to_json(line: Line) -> Json:
    """Return ``line`` with its sentences as what ``json.dumps`` takes."""
    encoded: Json = _encode(line)
    return encoded | {"is": type(line.basis).__name__, "sentences": list(explain(line))}


def from_json(stored: Json) -> Line:
    """Return the line that ``to_json`` made ``stored`` of. Raises KeyError or ValueError."""
    basis = _decode(_BASES[stored["is"]], stored["basis"])
    hints = {**_hints(Line)}
    del hints["basis"]
    return Line(**{name: _decode(hint, stored[name]) for name, hint in hints.items()}, basis=basis)


def _encode(value: Any) -> Any:
    kind = type(value)
    if kind is Decimal:
        return str(value)
    if kind is date:
        return value.isoformat()
    if kind is Fraction:
        return f"{value.numerator}/{value.denominator}"
    if kind is tuple:
        return [_encode(each) for each in value]
    if kind is int or value is None or kind is str:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(kind):
        return {name: _encode(getattr(value, name)) for name in _names(kind)}
    raise TypeError(f"{kind} is not stored")


def _decode(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (UnionType, Union):
        options = [each for each in get_args(hint) if each is not NoneType]
        return None if value is None else _decode(options[0], value)
    if get_origin(hint) is tuple:
        return tuple(_decode(get_args(hint)[0], each) for each in value)
    if hint is date:
        return date.fromisoformat(value)
    if hint in (Decimal, Fraction) or issubclass(hint, Enum):
        return hint(value)
    if hint in _DATACLASSES:
        hints = _hints(hint)
        return hint(**{name: _decode(kind, value[name]) for name, kind in hints.items()})
    return value


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
