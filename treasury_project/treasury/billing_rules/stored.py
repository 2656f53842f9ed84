"""A line as JSON and back: stored with the invoice, so that it can be explained for ever.

Decimals, fractions, dates and ranges of days ("first day/day after the last") are strings; nothing
is a binary floating-point number. The sentences
are stored as they were worded when the line was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from operator import attrgetter
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
    Noun,
    Part,
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
    encoder = _ENCODERS.get(kind)
    if encoder is None:
        encoder = _ENCODERS[kind] = _encoder(kind)
    return encoder(value)


def _encoder(kind: type[Any]) -> Callable[[Any], Any]:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if not is_dataclass(kind):
        raise TypeError(f"{kind} is not stored")
    names = [each.name for each in fields(kind)]
    values = attrgetter(*names)

    def encode(value: Any) -> Json:
        found = zip(names, values(value), strict=True)
        return {name: each if type(each) is str else _encode(each) for name, each in found}

    return encode if len(names) > 1 else lambda value: {names[0]: _encode(values(value))}


def _fact(fact: Fact) -> Json:
    """Encode the most frequent of all by hand: a line may have hundreds."""
    days, price = fact.days, fact.price
    return {
        "subject": fact.subject,
        "days": f"{days.start.isoformat()}/{days.end.isoformat()}",
        "quantity": str(fact.quantity),
        "treatment": fact.treatment.value,
        "price": None if price is None else str(price),
    }


_ENCODERS: dict[type[Any], Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, NoneType), lambda value: value),
    Decimal: str,
    date: date.isoformat,
    Fraction: lambda value: f"{value.numerator}/{value.denominator}",
    Period: lambda value: f"{value.start.isoformat()}/{value.end.isoformat()}",
    Money: str,
    Fact: _fact,
    tuple: lambda value: [_encode(each) for each in value],
}


def _decode(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (UnionType, Union):
        options = [each for each in get_args(hint) if each is not NoneType]
        return None if value is None else _decode(options[0], value)
    if get_origin(hint) is tuple:
        return tuple(_decode(get_args(hint)[0], each) for each in value)
    if hint in _DECODERS:
        return _DECODERS[hint](value)
    if hint in _DATACLASSES:
        hints = _hints(hint)
        return hint(**{name: _decode(kind, value[name]) for name, kind in hints.items()})
    return hint(value)


def _period(text: str) -> Period:
    start, end = text.split("/")
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def _money(text: str) -> Money:
    amount, currency = text.split(" ")
    return Money(Decimal(amount), currency)


_DECODERS: dict[Any, Callable[[Any], Any]] = {
    date: date.fromisoformat,
    Period: _period,
    Money: _money,
}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
