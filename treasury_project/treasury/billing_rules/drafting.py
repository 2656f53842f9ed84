"""The draft of an invoice: every line of an agreement for a period, and what a person must look at.

The same function makes invoices, recomputations and what the dashboard shows; there is no other way
to an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import partial

from treasury.billing_rules.agreement import (
    Addition,
    Agreement,
    Counted,
    Fixed,
    Hours,
    Kind,
    Measured,
    Proration,
    Source,
)
from treasury.billing_rules.corrections import corrections
from treasury.billing_rules.counting import count
from treasury.billing_rules.due import usage_of
from treasury.billing_rules.facts import Contradiction, Facts, Presence
from treasury.billing_rules.hours import hours_line, spent, uncovered
from treasury.billing_rules.lines import Counting, Floor, Line, LineKind
from treasury.billing_rules.money import Money, rounded, total
from treasury.billing_rules.periods import DateRange, Period, period_number
from treasury.billing_rules.pricing import NoPrice

MINIMUM = "minimum"  # the key of the line that lifts an invoice to its minimum


class Severity(StrEnum):
    """Whether a problem stops the invoice."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What is wrong with a draft."""

    NO_PRICE = "no_price"
    CONTRADICTION = "contradiction"
    NOT_BILLED = "not_billed"
    NO_READING = "no_reading"
    NONE_COUNTED = "none_counted"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must look at; ``key`` is the addition it is about, if it is one."""

    severity: Severity
    code: Code
    message: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an agreement costs for a period. An error leaves the draft without that line."""

    agreement: str
    period: Period
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    total: Money

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to issue: not even a line of 0."""
        return not self.lines

    @property
    def is_blocked(self) -> bool:
        """Whether an error forbids to issue it."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(slots=True)
class _Desk:
    """What is on the desk while a draft is made."""

    agreement: Agreement
    facts: Facts
    period: Period
    issued_until: date | None
    problems: list[Problem] = field(default_factory=list)

    def attempt(self, key: str, make: Callable[[], Line]) -> Iterator[Line]:
        """Yield the line, or note the error that left it out."""
        try:
            yield make()
        except NoPrice as problem:
            self.note(Severity.ERROR, Code.NO_PRICE, str(problem), key)
        except Contradiction as problem:
            self.note(Severity.ERROR, Code.CONTRADICTION, str(problem), key)

    def note(self, severity: Severity, code: Code, message: str, key: str = "") -> None:
        self.problems.append(Problem(severity, code, message, key))


def draft(
    agreement: Agreement,
    facts: Facts,
    period: Period,
    *,
    issued: Mapping[Period, Sequence[Line]] | None = None,
    issued_until: date | None = None,
) -> Draft:
    """Compute the invoice of ``agreement`` for ``period``, one of its own periods.

    ``issued`` holds the lines of invoices already issued for earlier (or this) period; each is
    recomputed, and where facts have changed since then a correction is added. Periods whose facts
    nobody touched may be left out of it; then ``issued_until`` says when the last of all ended.
    Work entered late for an issued period comes with this one.

    Raises ValueError when ``period`` is not one of the agreement's. Facts that do not allow an
    amount are problems of the draft, not exceptions.
    """
    issued = issued or {}
    ends = [each.end for each in issued] + ([issued_until] if issued_until else [])
    until = max(ends, default=None)
    desk = _Desk(agreement, facts, period, until)
    lines = [*_counted_lines(desk), *_hours_lines(desk)]
    lines += _minimum(agreement, period, lines)
    for earlier in sorted(issued):
        if earlier.start < period.start:
            lines += _corrected(desk, earlier, issued)
    _look_over(desk, lines)
    whole = total((line.amount for line in lines), agreement.currency)
    return Draft(agreement.key, period, tuple(lines), tuple(desk.problems), whole)


def _counted_lines(desk: _Desk) -> Iterator[Line]:
    for addition in desk.agreement.additions:
        if isinstance(addition.source, Hours):
            continue
        for units in _units(desk.agreement, addition, desk.period):
            whole = Period(units[0].start, units[-1].end)
            days = _active_days(desk.agreement, addition, whole)
            if days is not None:
                make = partial(_line, desk, addition, units, days)
                yield from desk.attempt(addition.key, make)


def _line(desk: _Desk, addition: Addition, units: Sequence[Period], days: Period) -> Line:
    agreement = desk.agreement
    proration = agreement.proration if addition.proration is None else addition.proration
    if isinstance(addition.source, Measured):
        proration = Proration.BY_DAYS  # the average of a step function has no other meaning
    presences = presences_of(desk.facts, addition, days)
    basis = count(addition, presences, units, days, proration)
    amount = rounded(sum((p.exact for p in basis.parts), Fraction(0)), agreement.currency)
    kind = LineKind(addition.kind.value)
    whole = Period(units[0].start, units[-1].end)
    return Line(
        addition.key, kind, addition.description, whole, amount, addition.tax_category, basis
    )


def _units(agreement: Agreement, addition: Addition, period: Period) -> Iterator[Sequence[Period]]:
    """Yield the months (the year, the day) that ``addition`` is billed for with ``period``."""
    start = max(addition.active.start, agreement.active.start)
    if addition.kind is Kind.RECURRING:
        days = usage_of(agreement, period) if isinstance(addition.source, Measured) else period
        if days is not None:
            yield agreement.months_of(days)
    elif addition.kind is Kind.ONE_OFF:
        if start in period:
            yield [Period(start, start + timedelta(days=1))]
    else:
        number = 0
        while (year := period_number(start, 12, number)).start < period.end:
            if year.start in period:
                yield [year]
            number += 1


def _active_days(agreement: Agreement, addition: Addition, whole: Period) -> Period | None:
    days = addition.active.within(whole)
    return None if days is None else agreement.active.within(days)


def presences_of(facts: Facts, addition: Addition, days: Period) -> list[Presence]:
    """Return what ``addition`` counts or measures, or its fixed quantity while ``days`` last."""
    match addition.source:
        case Counted(kind=kind):
            return facts.of_kind(kind)
        case Measured(meter=meter):
            return facts.of_meter(meter)
        case Fixed(quantity=quantity):
            active = DateRange(days.start, days.end)
            return [Presence(addition.key, addition.description, active, quantity=quantity)]
        case Hours():
            raise TypeError("hours are not counted by days")


def _hours_lines(desk: _Desk) -> Iterator[Line]:
    work = spent(desk.agreement, desk.facts, desk.period, desk.issued_until)
    days = usage_of(desk.agreement, desk.period)
    for addition in desk.agreement.additions:
        source = addition.source
        if isinstance(source, Hours) and (
            work.works or (days and _active_days(desk.agreement, addition, days))
        ):
            make = partial(hours_line, desk.agreement, addition, source, work, desk.period)
            yield from desk.attempt(addition.key, make)
    for each in uncovered(desk.agreement, work):
        message = f"{each.minutes} minutes of {each.rate_class} on {each.day} have no rate"
        desk.note(Severity.ERROR, Code.NO_PRICE, message)


def _minimum(agreement: Agreement, period: Period, lines: Iterable[Line]) -> list[Line]:
    """Return the line that lifts recurring charges, usage and hours to the minimum, if it must."""
    days = agreement.active.within(period)
    if agreement.minimum is None or days is None:
        return []
    share = Fraction(1)
    if agreement.proration is Proration.BY_DAYS:
        share = Fraction(days.days, period.days)
    counted = [x for x in lines if x.kind in (LineKind.RECURRING, LineKind.HOURS)]
    reached = total((line.amount for line in counted), agreement.currency)
    missing = rounded(Fraction(agreement.minimum) * share, agreement.currency) - reached
    if missing.amount <= 0:
        return []
    basis = Floor(agreement.minimum, share, reached)
    return [
        Line(
            MINIMUM, LineKind.MINIMUM, "Minimum charge", period, missing,
            agreement.tax_category, basis,
        )
    ]  # fmt: skip


def _corrected(desk: _Desk, earlier: Period, issued: Mapping[Period, Sequence[Line]]) -> list[Line]:
    """Recompute an issued period (its hours stay as billed) and return what differs."""
    again = _Desk(desk.agreement, desk.facts, earlier, desk.issued_until)
    now = [*_counted_lines(again)]
    hours = [line for line in issued[earlier] if line.kind is LineKind.HOURS]
    now += _minimum(desk.agreement, earlier, [*now, *hours])
    if again.problems:
        desk.problems += again.problems
        return []
    return corrections(earlier, now, issued, desk.agreement.currency)


def _without_facts(desk: _Desk, line: Line, source: Source) -> None:
    """Warn of a line that nothing was counted for: perhaps nobody has entered the facts yet."""
    match source:
        case Measured():
            message = f"no reading for {line.description}"
            desk.note(Severity.WARNING, Code.NO_READING, message, line.key)
        case Counted(kind=kind):
            # Somebody who came after the first day counts for nothing by the proration's own rule.
            if not any(each.active.within(line.period) for each in desk.facts.of_kind(kind)):
                message = f"no {kind.replace('_', ' ')} at all for {line.description}"
                desk.note(Severity.WARNING, Code.NONE_COUNTED, message, line.key)


def _look_over(desk: _Desk, lines: Sequence[Line]) -> None:
    """Note what a person would want to know before this is issued."""
    agreement, period = desk.agreement, desk.period
    counted = {a.source.kind for a in agreement.additions if isinstance(a.source, Counted)}
    for kind in sorted({p.kind for p in desk.facts.presences} - counted):
        here = [p for p in desk.facts.of_kind(kind) if p.active.within(period)]
        if here:
            message = f"{len(here)} × {kind} in this period, and nothing bills them"
            desk.note(Severity.WARNING, Code.NOT_BILLED, message)
    sources = {addition.key: addition.source for addition in agreement.additions}
    for line in lines:
        if isinstance(line.basis, Counting) and not line.basis.facts:
            _without_facts(desk, line, sources[line.key])
    if not any(line.amount for line in lines):
        desk.note(Severity.WARNING, Code.NOTHING, "this invoice comes to nothing")
