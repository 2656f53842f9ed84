"""Which periods of an agreement are to be billed by a day; running late changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from treasury.billing_rules.agreement import Agreement, Timing
from treasury.billing_rules.allowances import Work
from treasury.billing_rules.periods import Period


def due(
    agreement: Agreement, day: date, *, issued_until: date | None = None, lead_days: int = 0
) -> list[Period]:
    """Return the periods to bill on ``day``, oldest first.

    In advance a period is due on its first day (``lead_days`` earlier if asked), in arrears on the
    day after its last, or after the agreement's. ``issued_until`` is the end of the last period
    that has been issued; everything before it is done. A run that comes late finds the same
    periods and the ones that have become due since.
    """
    by = day + timedelta(days=lead_days) if agreement.timing is Timing.ADVANCE else day
    return [
        period
        for period in _periods(agreement, issued_until, by)
        if issued_until is None or period.start >= issued_until
    ]


def _periods(agreement: Agreement, issued_until: date | None, by: date) -> Iterator[Period]:
    number = agreement.number_on(max(agreement.active.start, issued_until or date.min))
    while (period := agreement.period(number)) and due_on(agreement, period) <= by:
        if not billable(agreement, period):
            return
        yield period
        number += 1


def due_on(agreement: Agreement, period: Period) -> date:
    """Return the day on which ``period`` becomes due."""
    if agreement.timing is Timing.ADVANCE:
        return max(period.start, agreement.active.start)
    end = agreement.active.end
    return period.end if end is None else min(period.end, max(end, period.start))


def billable(agreement: Agreement, period: Period) -> bool:
    """Tell whether there is anything to bill with ``period``.

    That is each one the agreement is active in and, billed in advance, one more to settle: usage
    of the last days, and what an early end gives back. Its draft may be empty.
    """
    usage = usage_of(agreement, period)
    return agreement.active.within(period) is not None or usage is not None


def usage_of(agreement: Agreement, period: Period) -> Period | None:
    """Return the days whose usage is billed with ``period``: its own, or in advance those before.

    None for the first period billed in advance: nothing has been used yet.
    """
    if agreement.timing is Timing.ARREARS:
        return period if agreement.active.within(period) is not None else None
    before = agreement.period(agreement.number_on(period.start) - 1)
    return before if agreement.active.within(before) is not None else None


def billed_with(agreement: Agreement, day: date, *, issued_until: date | None) -> Period:
    """Return the period whose invoice takes what was used on ``day``.

    Its own; or, when that has been issued, the first that has not: nothing is billed in two
    periods, and what is entered late is not lost.
    """
    number = agreement.number_on(day) + (agreement.timing is Timing.ADVANCE)
    if issued_until is not None:
        number = max(number, agreement.number_on(issued_until))
    return agreement.period(number)


def stranded(
    agreements: Sequence[Agreement], works: Iterable[Work], *, issued_until: date | None = None
) -> list[Work]:
    """Return billable work that no invoice of ``agreements`` has or will take.

    It was done outside them, or entered after the last invoice of one that has ended: a person
    has to bill it, or it is lost.
    """
    return [
        work
        for work in works
        if work.billable and work.billed_with is None
        and not any(
            work.day in each.active
            and billable(each, billed_with(each, work.day, issued_until=issued_until))
            for each in agreements
        )
    ]  # fmt: skip
