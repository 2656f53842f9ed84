"""Why a bill differs from the one before: which lines, by how much, and from which cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from treasury.billing_rules import wording
from treasury.billing_rules.lines import Counting, Line, LineKind, Part, Working
from treasury.billing_rules.money import Money, total

JUMP = Decimal(30)  # percent; a bill that grew or shrank by more should be looked at
NAMED = 3  # devices or people that a cause names; more are counted
_WORDS = {
    LineKind.YEARLY: "billed once a year",
    LineKind.ONE_OFF: "billed once",
    LineKind.MINIMUM: "lifts the bill to its minimum",
    LineKind.CORRECTION: "makes up for an earlier period",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A line that differs: by how much, and why in words."""

    description: str
    amount: Money
    words: tuple[str, ...]


def compare(before: Sequence[Line], now: Sequence[Line], currency: str) -> list[Cause]:
    """Return why ``now`` costs something else than ``before``, the largest difference first.

    The amounts sum to the difference of the two bills. Lines are told apart by what they are an
    addition of, never by their names.
    """
    old, new = _by_key(before), _by_key(now)
    causes = []
    for key in {**old, **new}:
        was, is_now = old.get(key, []), new.get(key, [])
        amount = _sum(is_now, currency) - _sum(was, currency)
        if amount:
            shown = (is_now or was)[0]
            causes.append(Cause(shown.description, amount, tuple(_words(was, is_now))))
    return sorted(causes, key=lambda cause: (-abs(cause.amount.amount), cause.description))


def jumped(before: Decimal | None, now: Decimal) -> bool:
    """Tell whether a bill grew or shrank by more than ``JUMP`` percent; a first one did not."""
    return before is not None and before != 0 and abs(now - before) * 100 > abs(before) * JUMP


def _by_key(lines: Iterable[Line]) -> dict[tuple[str, LineKind], list[Line]]:
    found: dict[tuple[str, LineKind], list[Line]] = {}
    for line in lines:
        found.setdefault((line.key, line.kind), []).append(line)
    return found


def _sum(lines: Iterable[Line], currency: str) -> Money:
    return total((line.amount for line in lines), currency)


def _words(was: Sequence[Line], now: Sequence[Line]) -> Iterator[str]:
    kind = (now or was)[0].kind
    if kind in _WORDS:
        yield _WORDS[kind] if now else f"{_WORDS[kind]}, and not this time"
    elif kind is LineKind.HOURS:
        yield f"{_worked(now)} worked, {_worked(was)} before"
    elif not was:
        yield "new on the bill"
    elif not now:
        yield "not on the bill any more"
    else:
        yield from _counted(was[0], now[0])


def _worked(lines: Sequence[Line]) -> str:
    minutes = sum(line.basis.minutes for line in lines if isinstance(line.basis, Working))
    return wording.time(minutes) if minutes else "nothing"


def _counted(was: Line, now: Line) -> Iterator[str]:
    if not isinstance(was.basis, Counting) or not isinstance(now.basis, Counting):
        return
    yield from _subjects(_stays(was.basis, was), _stays(now.basis, now))
    last, first = was.basis.parts[-1:], now.basis.parts[-1:]
    if last and first:
        yield from _terms(last[0], first[0])


@dataclass(frozen=True, slots=True)
class _Stay:
    """How one device or person was there: on all days, how many, billed how."""

    whole: bool
    quantity: Decimal
    billed: tuple[object, object]


def _stays(counting: Counting, line: Line) -> dict[str, _Stay]:
    return {
        fact.subject: _Stay(
            fact.days.days == line.period.days, fact.quantity, (fact.treatment, fact.price)
        )
        for fact in counting.facts
    }


def _subjects(old: dict[str, _Stay], new: dict[str, _Stay]) -> Iterator[str]:
    both = sorted(new.keys() & old.keys())
    found = {
        "new": sorted(new.keys() - old.keys()),
        "gone": sorted(old.keys() - new.keys()),
        "another quantity": [n for n in both if old[n].quantity != new[n].quantity],
        "billed in another way": [n for n in both if old[n].billed != new[n].billed],
        "there all the time now": [n for n in both if new[n].whole and not old[n].whole],
        "there for a part of it": [n for n in both if old[n].whole and not new[n].whole],
    }
    for words, names in found.items():
        if names:
            yield f"{words}: {_names(names)}"


def _terms(was: Part, now: Part) -> Iterator[str]:
    if was.tariff.tiers != now.tariff.tiers:
        old, new = was.tariff.unit_price, now.tariff.unit_price
        if old is not None and new is not None:
            yield f"price {wording.number(old)} → {wording.number(new)}"
        else:
            yield "other tiers"
    if was.discount != now.discount:
        old_percent, new_percent = wording.number(was.discount), wording.number(now.discount)
        if not now.discount:
            yield f"discount of {old_percent} % ended"
        elif not was.discount:
            yield f"discount of {new_percent} % began"
        else:
            yield f"discount {old_percent} % → {new_percent} %"
    if was.included != now.included:
        included = f"{wording.number(was.included)} → {wording.number(now.included)}"
        yield f"included {included}"


def _names(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
