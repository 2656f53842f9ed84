"""Agreements at their edges: policies of a line, early ends, late facts, broken facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.billing_rules.made import (
    ALWAYS,
    DECEMBER,
    LONG_AGO,
    NOVEMBER,
    OCTOBER,
    SINCE_JANUARY,
    addition,
    agreement,
    fleet,
)
from treasury.billing_rules.agreement import (
    Fixed,
    HourlyRate,
    Hours,
    Kind,
    Measured,
    Noun,
    Proration,
    Timing,
)
from treasury.billing_rules.allowances import Allowance, Work
from treasury.billing_rules.drafting import Code, draft
from treasury.billing_rules.due import due, stranded
from treasury.billing_rules.explanation import explain
from treasury.billing_rules.facts import Facts, Presence, Reading, Treatment
from treasury.billing_rules.lines import LineKind
from treasury.billing_rules.periods import DateRange, Period
from treasury.billing_rules.pricing import Tier
from treasury.billing_rules.revenue import monthly_value

NEW = Presence("workstation", "new", DateRange(date(2025, 11, 16), None))
GB = Noun("GB", "GB")


def test_a_line_may_prorate_otherwise_than_its_agreement() -> None:
    whole = addition("30.00", key="whole", proration=Proration.WHOLE)
    made = draft(agreement(addition("30.00"), whole), Facts((NEW,)), NOVEMBER)
    assert [str(line.amount.amount) for line in made.lines] == ["15.00", "30.00"]


def test_what_is_measured_is_an_average_whatever_the_policy() -> None:
    readings = (
        Reading("backup", "nas", date(2025, 10, 1), Decimal(100)),
        Reading("backup", "nas", date(2025, 11, 16), Decimal(200)),
    )
    line = addition("1.00", source=Measured("backup"), noun=GB)
    made = agreement(line, proration=Proration.WHOLE)
    assert str(draft(made, Facts(readings=readings), NOVEMBER).total) == "150.00 EUR"


def test_no_reading_at_all_is_a_warning() -> None:
    made = draft(agreement(addition(source=Measured("backup"))), Facts(), NOVEMBER)
    assert Code.NO_READING in [each.code for each in made.problems]
    assert not made.is_blocked


def test_nothing_counted_at_all_is_a_warning_and_somebody_who_came_late_is_none() -> None:
    made = agreement(addition("30.00", proration=Proration.FIRST_DAY))
    for facts, codes in (
        (Facts(), [Code.NONE_COUNTED, Code.NOTHING]),
        (Facts((NEW,)), [Code.NOTHING]),
    ):
        problems = draft(made, facts, NOVEMBER).problems
        assert [each.code for each in problems] == codes
    assert "no workstation at all" in draft(made, Facts(), NOVEMBER).problems[0].message


def test_two_readings_of_one_day_stop_the_invoice() -> None:
    readings = tuple(Reading("backup", "nas", NOVEMBER.start, Decimal(n)) for n in (1, 2))
    made = draft(agreement(addition(source=Measured("backup"))), Facts(readings=readings), NOVEMBER)
    assert made.is_blocked
    assert made.problems[0].message == "nas has two readings on 2025-11-01"


def test_a_broken_line_leaves_the_others_and_says_which_it_is() -> None:
    made = draft(
        agreement(addition(None, key="broken"), addition("45.00")), Facts(fleet(1)), NOVEMBER
    )
    assert [line.key for line in made.lines] == ["ws"]
    assert [each.key for each in made.problems] == ["broken"]


def test_a_device_at_a_price_of_its_own_of_0_is_still_named() -> None:
    lab = Presence("workstation", "lab", ALWAYS, Treatment.CUSTOM, Decimal(0))
    (line,) = draft(agreement(addition()), Facts((lab,)), NOVEMBER).lines
    assert explain(line) == ("No workstations", "lab at its own price: 1 workstation × 0.00")


def test_an_early_end_gives_back_what_was_billed_in_advance() -> None:
    made = agreement(addition("30.00"), timing=Timing.ADVANCE)
    billed = draft(made, Facts(fleet(1)), NOVEMBER).lines
    ended = replace(made, active=DateRange(made.active.start, date(2025, 11, 16)))
    assert due(ended, date(2026, 3, 1), issued_until=NOVEMBER.end) == [DECEMBER]
    settled = draft(ended, Facts(fleet(1)), DECEMBER, issued={NOVEMBER: billed})
    (line,) = settled.lines
    assert (line.kind, str(line.amount)) == (LineKind.CORRECTION, "-15.00 EUR")
    assert explain(line)[1] == "16–30 Nov: 0 instead of 1: −15.00"


def test_the_period_after_an_end_without_anything_to_settle_is_empty() -> None:
    made = agreement(addition(), timing=Timing.ADVANCE)
    billed = draft(made, Facts(fleet(1)), NOVEMBER).lines
    ended = replace(made, active=DateRange(made.active.start, NOVEMBER.end))
    assert draft(ended, Facts(fleet(1)), DECEMBER, issued={NOVEMBER: billed}).is_empty


def test_usage_of_the_last_month_billed_in_advance_is_billed_after_it() -> None:
    rates = (HourlyRate("remote", LONG_AGO, Decimal(60)),)
    active = DateRange(date(2025, 1, 1), NOVEMBER.end)
    line = addition(None, source=Hours(rates))
    made = agreement(line, timing=Timing.ADVANCE, active=active)
    works = (Work("t1", date(2025, 11, 30), 60, "remote"),)
    assert due(made, DECEMBER.start, issued_until=NOVEMBER.end) == [DECEMBER]
    assert str(draft(made, Facts(works=works), DECEMBER).total) == "60.00 EUR"


def test_a_recomputed_period_never_corrects_itself() -> None:
    made = agreement(addition("30.00"), timing=Timing.ADVANCE)
    billed = draft(made, Facts(fleet(1)), NOVEMBER).lines
    again = draft(made, Facts((*fleet(1), NEW)), NOVEMBER, issued={NOVEMBER: billed})
    assert [(line.kind, str(line.amount)) for line in again.lines] == [
        (LineKind.RECURRING, "45.00 EUR")
    ]


def test_a_late_one_off_is_billed_once_as_a_correction() -> None:
    made = agreement(addition("30.00"))
    issued = {OCTOBER: draft(made, Facts(fleet(1)), OCTOBER).lines}
    once = addition(
        "99.00", key="cable", source=Fixed(), kind=Kind.ONE_OFF,
        active=DateRange(date(2025, 10, 20), None),
    )  # fmt: skip
    richer = replace(made, additions=(*made.additions, once))
    issued[NOVEMBER] = draft(richer, Facts(fleet(1)), NOVEMBER, issued=issued).lines
    december = draft(richer, Facts(fleet(1)), DECEMBER, issued=issued)
    assert [str(line.amount) for line in issued[NOVEMBER]] == ["30.00 EUR", "99.00 EUR"]
    assert [str(line.amount) for line in december.lines] == ["30.00 EUR"]


def test_work_that_no_invoice_will_take_is_found() -> None:
    made = agreement(addition(), active=DateRange(date(2025, 1, 1), NOVEMBER.end))
    early, late = (Work(f"t{d}", d, 60, "remote") for d in (date(2024, 12, 31), date(2025, 11, 5)))
    assert stranded([made], [early, late], issued_until=OCTOBER.end) == [early]
    assert stranded([made], [early, late], issued_until=NOVEMBER.end) == [early, late]
    assert stranded([made], [replace(early, billed_with=OCTOBER.start)]) == []


def test_work_that_is_not_billable_costs_nothing_and_uses_nothing_up() -> None:
    rates = (HourlyRate("remote", LONG_AGO, Decimal(60)),)
    works = (Work("t1", date(2025, 11, 5), 60, "remote", billable=False),)
    (line,) = draft(
        agreement(addition(None, source=Hours(rates))), Facts(works=works), NOVEMBER
    ).lines
    assert explain(line) == ("No work",)


def test_before_and_after_an_agreement_its_monthly_value_is_nothing() -> None:
    made = agreement(addition(), active=DateRange(NOVEMBER.start, NOVEMBER.end))
    days = (date(2025, 10, 31), date(2025, 11, 1), date(2025, 11, 30), date(2025, 12, 1))
    assert [monthly_value(made, Facts(fleet(2)), day) for day in days] == [0, 90, 90, 0]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"months": 2}, "every 1, 3 or 12 months"),
        ({"anchor": date(2025, 1, 2)}, "from the start, or from before it"),
        ({"minimum": Decimal(-1)}, "no minimum charge"),
    ],
)
def test_an_impossible_agreement_is_refused(what: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        agreement(addition(), **what)


def test_a_one_off_before_its_agreement_is_refused_since_it_would_never_be_billed() -> None:
    with pytest.raises(ValueError, match="never be billed"):
        agreement(addition(kind=Kind.ONE_OFF, active=DateRange(date(2024, 12, 31), None)))


def test_a_period_that_is_not_the_agreements_own_is_refused() -> None:
    with pytest.raises(ValueError, match="is no period of A-1"):
        draft(agreement(addition()), Facts(), Period(date(2025, 11, 2), date(2025, 12, 2)))


@pytest.mark.parametrize("price", [Decimal(-1), Decimal("NaN"), 1.5, 1])
def test_a_price_is_a_decimal_that_is_not_negative(price: object) -> None:
    with pytest.raises(ValueError, match="is no unit price"):
        Tier(Decimal(0), price)  # type: ignore[arg-type]


def test_hours_of_a_month_without_work_are_carried_over() -> None:
    rates = (HourlyRate("remote", LONG_AGO, Decimal(60)),)
    line = addition(None, source=Hours(rates))
    works = (Work("t1", date(2025, 12, 5), 90, "remote"),)
    for limit, costs in ((None, "0.00 EUR"), (10, "20.00 EUR"), (0, "30.00 EUR")):
        hours = Allowance("hours", 1, 60, SINCE_JANUARY, carry_limit=limit)
        made = agreement(line, allowances=(hours,))
        assert str(draft(made, Facts(works=works), DECEMBER).total) == costs


def test_work_outside_its_agreement_is_not_billed_by_it() -> None:
    rates = (HourlyRate("remote", LONG_AGO, Decimal(60)),)
    active = DateRange(date(2025, 11, 10), date(2025, 11, 20))
    made = agreement(addition(None, source=Hours(rates)), active=active, anchor=NOVEMBER.start)
    days = (date(2025, 11, 9), date(2025, 11, 10), date(2025, 11, 19), date(2025, 11, 20))
    works = tuple(Work(f"t{day}", day, 60, "remote") for day in days)
    assert str(draft(made, Facts(works=works), NOVEMBER).total) == "120.00 EUR"
    assert stranded([made], works) == [works[0], works[3]]
