"""Corrections: what an issued period should have cost by today's facts, less what was billed.

An issued invoice never changes. A device that came after a period was billed in advance, a
cancellation entered late, a reading that arrived afterwards: each shows as a line of its own on the
next invoice, naming the days. Hours have no corrections: work is billed with one period only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from treasury.billing_rules.lines import Change, Changed, Counting, Line, LineKind, Part
from treasury.billing_rules.money import EXACT, Money, total
from treasury.billing_rules.periods import Period

_NOT_CORRECTED = (LineKind.CORRECTION, LineKind.HOURS)


def corrections(
    period: Period,
    now: Sequence[Line],
    issued: Mapping[Period, Sequence[Line]],
    currency: str,
) -> list[Line]:
    """Return a correction for each line of ``period`` whose recomputation ``now`` differs.

    ``issued`` maps periods to the lines issued with them; corrections of ``period`` on later
    invoices count as billed, so that nothing is corrected twice.
    """
    lines: dict[tuple[str, Period], Line] = {}
    amounts: dict[tuple[str, Period], list[Money]] = {}
    parts: dict[tuple[str, Period], tuple[Part, ...]] = {}
    for line in _billed(period, issued):
        at = (line.key, line.period)
        lines.setdefault(at, line)
        amounts.setdefault(at, []).append(line.amount)
        parts[at] = _parts(line)
    due = {(line.key, line.period): line for line in now}
    found = []
    for at, line in {**lines, **due}.items():
        billed = total(amounts.get(at, []), currency)
        owed = due[at].amount if at in due else total([], currency)
        if owed != billed:
            after = _parts(due[at]) if at in due else ()
            changes = tuple(_changes(parts.get(at, ()), after))
            basis = Changed(period, billed, owed, changes, after)
            found.append(
                Line(
                    line.key, LineKind.CORRECTION, line.description, line.period, owed - billed,
                    line.tax_category, basis,
                )
            )  # fmt: skip
    return found


def _billed(period: Period, issued: Mapping[Period, Sequence[Line]]) -> Iterable[Line]:
    yield from (line for line in issued[period] if line.kind not in _NOT_CORRECTED)
    for other in sorted(issued):
        for line in issued[other]:
            if isinstance(line.basis, Changed) and line.basis.period == period:
                yield line


def _parts(line: Line) -> tuple[Part, ...]:
    return line.basis.parts if isinstance(line.basis, Counting | Changed) else ()


def _changes(before: Sequence[Part], after: Sequence[Part]) -> list[Change]:
    """Return the days on which the charge of a day differs, joined while it stays the same."""
    both = [*before, *after]
    if not both:
        return []
    edges = [edge for part in both for edge in (part.days.start, part.days.end)]
    whole = Period(min(edges), max(edges))
    changes: list[Change] = []
    for piece in whole.cut(edges):
        was, old = _on(before, piece)
        is_now, new = _on(after, piece)
        if new != old:
            _append(changes, Change(piece, was, is_now, new - old))
    return changes


def _on(parts: Sequence[Part], piece: Period) -> tuple[Decimal, Fraction]:
    """Return the quantity and the charge of the days ``piece``, which no part's edge cuts."""
    quantity, exact = Decimal(0), Fraction(0)
    for part in parts:
        if piece.start in part.days:
            quantity = EXACT.add(quantity, part.quantity)
            exact += part.exact * piece.days / part.days.days
    return quantity, exact


def _append(changes: list[Change], change: Change) -> None:
    before = changes[-1] if changes else None
    alike = before and before.days.end == change.days.start
    if before and alike and (before.before, before.now) == (change.before, change.now):
        changes.pop()
        days = Period(before.days.start, change.days.end)
        change = Change(days, change.before, change.now, before.exact + change.exact)
    changes.append(change)
