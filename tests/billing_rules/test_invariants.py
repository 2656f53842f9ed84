"""What holds for every agreement, fleet and period (hypothesis looks for a counterexample)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing_rules import strategies as made
from tests.billing_rules.made import LONG_AGO, addition, agreement
from treasury.billing_rules.agreement import Agreement, Fixed, HourlyRate, Hours, Proration, Timing
from treasury.billing_rules.allowances import Allowance, Pool, Work, draw
from treasury.billing_rules.drafting import draft
from treasury.billing_rules.due import due
from treasury.billing_rules.facts import Facts, Presence, Treatment
from treasury.billing_rules.lines import Changed, Line, LineKind
from treasury.billing_rules.money import rounded, total
from treasury.billing_rules.periods import DateRange, Period, period_number, period_on
from treasury.billing_rules.pricing import tariff_on
from treasury.billing_rules.revenue import monthly_value
from treasury.billing_rules.stored import from_json, to_json

few = settings(max_examples=60, deadline=None)
BY_DAYS = {"proration": Proration.BY_DAYS, "minimum": None}


def period_of(each: Agreement, day: date) -> Period:
    return each.period(each.number_on(day))


@few
@given(made.agreements(), made.fleets(), made.days, st.randoms())
def test_the_order_of_facts_does_not_matter(
    each: Agreement, fleet: tuple[Presence, ...], day: date, random: Any
) -> None:
    shuffled = list(fleet)
    random.shuffle(shuffled)
    period = period_of(each, day)
    assert draft(each, Facts(fleet), period) == draft(each, Facts(tuple(shuffled)), period)


@few
@given(made.agreements(), made.fleets(), made.days)
def test_a_line_is_the_sum_of_its_parts_and_an_invoice_of_its_lines(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    result = draft(each, Facts(fleet), period_of(each, day))
    for line in result.lines:
        assert line.amount == rounded(line.exact, "EUR")
    assert result.total == total((line.amount for line in result.lines), "EUR")


@few
@given(made.agreements(), made.fleets(), made.days)
def test_nothing_that_is_not_a_correction_is_negative(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    result = draft(each, Facts(fleet), period_of(each, day))
    assert all(line.amount.amount >= 0 for line in result.lines)
    assert all(
        part.exact >= 0 for line in result.lines for part in getattr(line.basis, "parts", ())
    )


@few
@given(made.agreements(**BY_DAYS), made.fleets(), made.days, made.days)
def test_a_period_split_at_any_day_costs_exactly_what_it_costs_whole(
    each: Agreement, fleet: tuple[Presence, ...], day: date, at: date
) -> None:
    period = period_of(each, day)

    def exact(first: date | None, end: date | None) -> Fraction:
        lines = [
            replace(line, active=DateRange(max(first or LONG_AGO, start), last))
            for line in each.additions
            for start, last in [(line.active.start, _earlier(line.active.end, end))]
            if last is None or max(first or LONG_AGO, start) < last
        ]
        part = replace(each, additions=tuple(lines))
        return sum((x.exact for x in draft(part, Facts(fleet), period).lines), Fraction(0))

    assert exact(None, at) + exact(at, None) == exact(None, None)


def _earlier(first: date | None, second: date | None) -> date | None:
    return min((day for day in (first, second) if day), default=None)


@few
@given(made.agreements(**BY_DAYS), made.fleets(), st.integers(18, 26))
def test_a_quarter_is_its_three_months(
    each: Agreement, fleet: tuple[Presence, ...], month: int
) -> None:
    monthly, quarterly = replace(each, months=1), replace(each, months=3)
    quarter = quarterly.period(month // 3)
    months = [monthly.period(month // 3 * 3 + n) for n in range(3)]
    facts = Facts(fleet)
    parts = [line.exact for each in months for line in draft(monthly, facts, each).lines]
    assert sum(parts, Fraction(0)) == sum(
        (line.exact for line in draft(quarterly, facts, quarter).lines), Fraction(0)
    )


@few
@given(made.agreements(), made.fleets(), made.days)
def test_adding_something_free_changes_nothing(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    period = period_of(each, day)
    before = draft(each, Facts(fleet), period).total
    free = Presence("workstation", "free", made.ALWAYS, Treatment.FREE)
    assert draft(each, Facts((*fleet, free)), period).total == before
    extra = addition("0.00", key="free", source=Fixed(Decimal(7)))
    richer = replace(each, additions=(*each.additions, extra))
    assert draft(richer, Facts(fleet), period).total == before


@few
@given(made.agreements(), made.fleets(), made.days)
def test_what_comes_after_a_period_does_not_change_it(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    period = period_of(each, day)
    later = Presence("workstation", "later", DateRange(period.end, None))
    known = replace(
        each,
        additions=tuple(
            replace(a, tariffs=(*(t for t in a.tariffs if t.start != period.end),
                                replace(a.tariffs[0], start=period.end, tiers=a.tariffs[0].tiers)))
            for a in each.additions
        ),
    )  # fmt: skip
    first, again = draft(each, Facts(fleet), period), draft(known, Facts((*fleet, later)), period)
    assert [line.amount for line in first.lines] == [line.amount for line in again.lines]


@few
@given(made.agreements(), made.fleets(), made.days)
def test_recomputing_an_issued_period_gives_it_again_and_no_correction(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    period = period_of(each, day)
    first = draft(each, Facts(fleet), period)
    stored = [json.loads(json.dumps(to_json(line))) for line in first.lines]
    lines: list[Line] = [from_json(line) for line in stored]
    assert lines == list(first.lines)
    following = each.period(each.number_on(period.start) + 1)
    later = draft(each, Facts(fleet), following, issued={period: lines})
    assert not [line for line in later.lines if line.kind is LineKind.CORRECTION]
    assert draft(each, Facts(fleet), period, issued={period: lines}) == first


@few
@given(made.agreements(timing=Timing.ADVANCE), made.fleets(), made.fleets(), made.days)
def test_billed_and_corrected_is_what_is_due(
    each: Agreement, before: tuple[Presence, ...], after: tuple[Presence, ...], day: date
) -> None:
    period = period_of(each, day)
    following = each.period(each.number_on(period.start) + 1)
    billed = draft(each, Facts(before), period)
    later = draft(each, Facts(after), following, issued={period: billed.lines})
    fixed = [line for line in later.lines if line.kind is LineKind.CORRECTION]
    due_now = draft(each, Facts(after), period).total
    assert billed.total + total((line.amount for line in fixed), "EUR") == due_now
    for line in fixed:
        assert isinstance(line.basis, Changed)
        if line.key != "minimum":
            changed = sum((change.exact for change in line.basis.changes), Fraction(0))
            assert abs(changed - Fraction(line.amount.amount)) < Fraction(1, 100)


@few
@given(made.agreements(), made.fleets(), made.days)
def test_the_monthly_value_is_a_month_in_which_nothing_changes(
    each: Agreement, fleet: tuple[Presence, ...], day: date
) -> None:
    value = monthly_value(each, Facts(fleet), day)
    still = tuple(replace(p, active=made.ALWAYS) for p in fleet if day in p.active)
    lines = tuple(
        replace(
            a,
            active=made.ALWAYS,
            tariffs=tuple(_always(t) for t in a.tariffs if t == _in_force(a.tariffs, day)),
            discounts=tuple(replace(d, active=made.ALWAYS) for d in a.discounts if day in d.active),
        )
        for a in each.additions
        if day in a.active
    )
    steady = replace(each, months=1, additions=lines, minimum=None, proration=Proration.BY_DAYS)
    billed = draft(steady, Facts(still), period_of(steady, day))
    exact = sum((line.exact for line in billed.lines), Fraction(0))
    least = Fraction(0) if each.minimum is None else Fraction(each.minimum) / each.months
    assert value == max(exact, least)


def _in_force(tariffs: Any, day: date) -> Any:
    return tariff_on(tariffs, day)


def _always(tariff: Any) -> Any:
    return replace(tariff, start=LONG_AGO, end=None)


@few
@given(made.anchors, st.sampled_from((1, 3, 12)), st.integers(-40, 40), made.days)
def test_periods_leave_no_gap_and_a_day_is_in_exactly_one(
    anchor: date, months: int, number: int, day: date
) -> None:
    period = period_number(anchor, months, number)
    assert period.end == period_number(anchor, months, number + 1).start
    assert day in period_on(anchor, months, day)


@few
@given(made.agreements(), made.days, st.lists(st.integers(0, 40), max_size=5), st.booleans())
def test_a_run_at_any_days_finds_every_period_once(
    each: Agreement, last: date, waits: list[int], in_advance: bool
) -> None:
    if in_advance:
        each = replace(each, timing=Timing.ADVANCE)
    found: list[Period] = []
    day = last - timedelta(days=sum(waits))
    for wait in (*waits, 0):
        found += due(each, day, issued_until=found[-1].end if found else None)
        day += timedelta(days=wait)
    assert found == due(each, last)


@few
@given(made.pools(), made.works(), st.randoms())
def test_drawing_conserves_every_minute(pools: list[Pool], works: list[Work], random: Any) -> None:
    outcome = draw(pools, works)
    assert outcome.drawn + sum(outcome.unpaid.values()) == sum(w.minutes for w in works)
    assert outcome.drawn + sum(outcome.left.values()) == sum(p.minutes for p in pools)
    assert all(minutes >= 0 for minutes in outcome.left.values())
    random.shuffle(pools)
    random.shuffle(works)
    again = draw(pools, works)
    assert (again.draws, again.unpaid) == (outcome.draws, outcome.unpaid)


@few
@given(made.works(), st.integers(0, 500))
def test_what_a_month_covers_never_drains_the_year(works: list[Work], minutes: int) -> None:
    since = DateRange(date(2025, 1, 1), None)
    pools = [
        pool
        for allowance in (Allowance("month", 1, minutes, since), Allowance("year", 12, 9999, since))
        for pool in allowance.pools(date(2026, 6, 1))
    ]
    left = draw(pools, works).left
    by_month: dict[tuple[int, int], int] = {}
    for work in works:
        month = (work.day.year, work.day.month)
        by_month[month] = by_month.get(month, 0) + work.minutes
    beyond = sum(max(0, spent - minutes) for spent in by_month.values())
    drained = sum(9999 - left[pool.key] for pool in pools if pool.key.startswith("year"))
    assert drained == beyond


@few
@given(made.works(), made.days)
def test_every_entry_is_billed_with_exactly_one_period(works: list[Work], late: date) -> None:
    rates = tuple(HourlyRate(c, LONG_AGO, Decimal(60)) for c in ("remote", "onsite"))
    each = agreement(addition(None, source=Hours(rates)), active=DateRange(date(2025, 1, 31), None))
    seen: list[Work] = []
    issued: dict[Period, tuple[Line, ...]] = {}
    billed = Fraction(0)
    for period in due(each, date(2026, 6, 1)):
        entered = [w for w in works if w.key > "t5" or period.end > late]
        seen = [replace(w, billed_with=_kept(seen, w)) for w in entered]
        made_draft = draft(each, Facts(works=tuple(seen)), period, issued=issued)
        (line,) = made_draft.lines
        keys = {key for part in getattr(line.basis, "parts", ()) for key in part.works}
        seen = [replace(w, billed_with=period.start) if w.key in keys else w for w in seen]
        issued[period] = made_draft.lines
        billed += line.exact
    assert billed == sum(w.minutes for w in works)


def _kept(seen: list[Work], work: Work) -> date | None:
    return next((w.billed_with for w in seen if w.key == work.key), None)
