"""Work that is billed with a period: what allowances do not cover, at the rate of its class."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from treasury.billing_rules.agreement import Addition, Agreement, HourlyRate, Hours
from treasury.billing_rules.allowances import Draw, Drawing, Pool, Work, draw
from treasury.billing_rules.due import billed_with, usage_of
from treasury.billing_rules.facts import Facts
from treasury.billing_rules.lines import Line, LineKind, Worked, Working
from treasury.billing_rules.money import EXACT, rounded
from treasury.billing_rules.periods import DateRange, Period
from treasury.billing_rules.pricing import NoPrice, discount_on


@dataclass(frozen=True, slots=True)
class Spent:
    """The work billed with a period, and how far allowances paid for it."""

    works: tuple[Work, ...]
    drawing: Drawing


def spent(agreement: Agreement, facts: Facts, period: Period, issued_until: date | None) -> Spent:
    """Find the work that ``period`` bills and let all work up to it draw on the allowances."""
    taken = _taken(agreement, facts, period.start, issued_until)
    now = tuple(sorted((w for w in taken if w.billed_with == period.start), key=_by_day))
    if not now:
        return Spent((), Drawing((), {}, {}))
    days = [work.day for work in taken]
    return Spent(now, draw(pools(agreement, facts, min(days), max(days)), taken))


@dataclass(frozen=True, slots=True)
class Balance:
    """What there is of one pool on a day: ``valid`` until when, of how many minutes how many left.

    ``draws`` is what used it up, work by work.
    """

    key: str
    valid: DateRange
    minutes: int
    left: int
    draws: tuple[Draw, ...]


def balances(
    agreement: Agreement, facts: Facts, day: date, issued_until: date | None
) -> list[Balance]:
    """Return every pool that work of ``day`` may use, in the order in which they are drawn.

    The same drawing as on invoices: what is shown here is what the next one takes into account.
    """
    last = billed_with(agreement, day, issued_until=issued_until).start
    taken = _taken(agreement, facts, last, issued_until)
    every = pools(agreement, facts, min([day, *(work.day for work in taken)]), day)
    drawing = draw(every, taken, until=day)
    found = []
    for pool in sorted(every, key=lambda each: (each.kind, each.valid.end or date.max, each.key)):
        stays = [(pool.key, pool.valid, pool.minutes)]
        carried = f"{pool.key} carried"
        if carried in drawing.left and pool.carry and pool.valid.end:
            used = sum(each.minutes for each in drawing.draws if each.pool_key == carried)
            moved = DateRange(pool.valid.end, pool.carry.until)
            stays.append((carried, moved, drawing.left[carried] + used))
        for key, valid, minutes in stays:
            if day in valid:
                mine = tuple(each for each in drawing.draws if each.pool_key == key)
                found.append(Balance(key, valid, minutes, drawing.left[key], mine))
    return found


def _taken(agreement: Agreement, facts: Facts, last: date, issued_until: date | None) -> list[Work]:
    """Return the work billed with the period that starts on ``last``, or with an earlier one."""
    taken: list[Work] = []
    for work in facts.works:
        if not work.billable or (work.billed_with is None and work.day not in agreement.active):
            continue
        start = work.billed_with
        if start is None:
            start = billed_with(agreement, work.day, issued_until=issued_until).start
        if start <= last:
            minutes = _stepped(agreement, work)
            taken.append(replace(work, minutes=minutes, billed_with=start))
    return taken


def pools(agreement: Agreement, facts: Facts, first: date, last: date) -> list[Pool]:
    """Return the prepaid blocks, and the agreement's own allowances for work of these days."""
    after = last + timedelta(days=1)
    own = [pool for each in agreement.allowances for pool in each.pools(after, since=first)]
    return [*facts.pools, *own]


def hours_line(
    agreement: Agreement, addition: Addition, source: Hours, spent: Spent, period: Period
) -> Line:
    """Return the line of ``addition`` for the work of ``spent`` that its rates are for.

    Raises NoPrice when a rate class has no rate on the day of the work.
    """
    classes = {rate.rate_class for rate in source.rates}
    works = [work for work in spent.works if work.rate_class in classes]
    keys = {work.key for work in works}
    groups: dict[tuple[str, Decimal, Decimal, str], list[Work]] = defaultdict(list)
    for work in works:
        if spent.drawing.unpaid.get(work.key):
            if work.day not in addition.active:
                raise NoPrice(f"{addition.description} is not agreed for {work.day}")
            rate = rate_on(source.rates, work.rate_class, work.day).price
            groups[work.rate_class, rate, *discount_on(addition.discounts, work.day)].append(work)
    parts = tuple(_worked(*terms, groups[terms], spent.drawing.unpaid) for terms in sorted(groups))
    days = usage_of(agreement, period) or period
    basis = Working(
        parts,
        sum(work.minutes for work in works),
        tuple(each for each in spent.drawing.draws if each.work_key in keys),
        tuple(work.key for work in works if work.day < days.start),
    )
    amount = rounded(sum((part.exact for part in parts), Fraction(0)), agreement.currency)
    return Line(
        addition.key, LineKind.HOURS, addition.description, days, amount,
        addition.tax_category, basis,
    )  # fmt: skip


def uncovered(agreement: Agreement, spent: Spent) -> list[Work]:
    """Return the work that neither an allowance nor any rate covers: it would go unbilled."""
    classes = {
        rate.rate_class
        for addition in agreement.additions
        if isinstance(addition.source, Hours)
        for rate in addition.source.rates
    }
    unpaid = spent.drawing.unpaid
    return [w for w in spent.works if w.key in unpaid and w.rate_class not in classes]


def rate_on(rates: tuple[HourlyRate, ...], rate_class: str, day: date) -> HourlyRate:
    """Return the rate of ``rate_class`` in force on ``day``. Raises NoPrice."""
    started = [rate for rate in rates if rate.rate_class == rate_class and rate.start <= day]
    if not started:
        raise NoPrice(f"no rate for {rate_class} on {day}")
    return max(started, key=lambda rate: rate.start)


def _worked(
    rate_class: str, rate: Decimal, percent: Decimal, reason: str, works: list[Work],
    unpaid: dict[str, int],
) -> Worked:  # fmt: skip
    minutes = sum(unpaid[work.key] for work in works)
    kept = EXACT.subtract(Decimal(100), percent)
    exact = Fraction(EXACT.multiply(EXACT.multiply(rate, kept), Decimal(minutes))) / 6000
    keys = tuple(work.key for work in works)
    return Worked(rate_class, rate, minutes, percent, reason, exact, keys)


def _stepped(agreement: Agreement, work: Work) -> int:
    """Round the minutes up to the step of the rates that the work is billed at."""
    for addition in agreement.additions:
        source = addition.source
        if isinstance(source, Hours) and any(r.rate_class == work.rate_class for r in source.rates):
            return -(-work.minutes // source.increment) * source.increment
    return work.minutes


def _by_day(work: Work) -> tuple[date, str]:
    return (work.day, work.key)
