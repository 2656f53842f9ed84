"""Mistakes that billing software makes, measured in peers: each has a test of its name."""

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
from treasury.billing_rules.agreement import Counted, Fixed, HourlyRate, Hours, Kind, Timing
from treasury.billing_rules.allowances import Allowance, Carry, Pool, PoolKind, Work, draw
from treasury.billing_rules.drafting import Code, Draft, Severity, draft
from treasury.billing_rules.facts import Facts, Presence, Treatment
from treasury.billing_rules.lines import LineKind
from treasury.billing_rules.money import rounded, total
from treasury.billing_rules.payments import Debt, LateFee, late_fee
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import agreed
from treasury.billing_rules.revenue import monthly_value
from treasury.billing_rules.taxes import NoTaxRate, Taxable, TaxRate, tax

ONE = Fixed(Decimal(1))
RATES = (HourlyRate("remote", LONG_AGO, Decimal("120.00")),)


def amounts(made: Draft) -> dict[str, str]:
    return {line.key: str(line.amount.amount) for line in made.lines}


class TestALineItemHidingAnother:
    def test_recurring_one_off_and_yearly_lines_of_one_name_stand_side_by_side(self) -> None:
        november = DateRange(NOVEMBER.start, None)
        made = agreement(
            addition("45.00", key="a", source=ONE),
            addition("250.00", key="b", source=ONE, kind=Kind.ONE_OFF, active=november),
            addition("1200.00", key="c", source=ONE, kind=Kind.YEARLY, active=november),
        )
        expected = {"a": "45.00", "b": "250.00", "c": "1200.00"}
        assert amounts(draft(made, Facts(), NOVEMBER)) == expected

    def test_two_lines_count_the_same_devices_each(self) -> None:
        made = agreement(addition("45.00", key="managed"), addition("5.00", key="antivirus"))
        expected = {"managed": "90.00", "antivirus": "10.00"}
        assert amounts(draft(made, Facts(fleet(2)), NOVEMBER)) == expected

    def test_two_lines_of_one_key_are_refused(self) -> None:
        with pytest.raises(ValueError, match="two additions have the key 'ws'"):
            agreement(addition(), addition("5.00"))


class TestAPlanNameThatDoesNotMatch:
    def test_what_no_line_bills_is_a_warning_with_its_number(self) -> None:
        devices = (*fleet(2), *fleet(3, "Workstation"))
        made = draft(agreement(addition()), Facts(devices), NOVEMBER)
        (problem,) = made.problems
        assert problem.code is Code.NOT_BILLED
        assert problem.message == "3 × Workstation in this period, and nothing bills them"

    def test_a_line_without_a_price_stops_the_invoice(self) -> None:
        made = draft(agreement(addition(None)), Facts(fleet(2)), NOVEMBER)
        assert made.is_blocked
        first = made.problems[0]
        assert (first.code, first.key) == (Code.NO_PRICE, "ws")

    def test_work_without_a_rate_stops_the_invoice(self) -> None:
        works = (Work("t1", date(2025, 11, 5), 30, "onsite"),)
        made = draft(agreement(addition("1.00", source=ONE)), Facts(works=works), NOVEMBER)
        assert made.is_blocked
        assert "30 minutes of onsite on 2025-11-05 have no rate" in made.problems[0].message

    def test_an_agreement_that_bills_nothing_at_all_says_so(self) -> None:
        made = draft(agreement(), Facts(), NOVEMBER)
        assert made.is_empty
        assert [each.code for each in made.problems] == [Code.NOTHING]
        assert not made.is_blocked


class TestZeroReadAsNotSet:
    def test_an_agreed_price_of_0_is_not_the_list_price(self) -> None:
        prices = (*addition().tariffs, agreed(ALWAYS, Decimal(0)))
        made = agreement(addition(None, tariffs=prices))
        assert amounts(draft(made, Facts(fleet(3)), NOVEMBER)) == {"ws": "0.00"}

    def test_a_device_whose_own_price_is_0_costs_0(self) -> None:
        own = Presence("workstation", "lab", ALWAYS, Treatment.CUSTOM, Decimal(0))
        made = draft(agreement(addition()), Facts((own, *fleet(1))), NOVEMBER)
        assert amounts(made) == {"ws": "45.00"}

    def test_a_quantity_of_0_is_not_1(self) -> None:
        made = agreement(addition(source=Fixed(Decimal(0))))
        assert amounts(draft(made, Facts(), NOVEMBER)) == {"ws": "0.00"}

    def test_a_minimum_of_0_is_no_minimum_and_none_is_none(self) -> None:
        for minimum in (Decimal(0), None):
            made = agreement(addition(source=Fixed(Decimal(0))), minimum=minimum)
            assert amounts(draft(made, Facts(), NOVEMBER)) == {"ws": "0.00"}

    def test_an_hourly_rate_of_0_is_a_rate(self) -> None:
        source = Hours((HourlyRate("remote", LONG_AGO, Decimal(0)),))
        works = (Work("t1", date(2025, 11, 5), 30, "remote"),)
        made = draft(agreement(addition(None, source=source)), Facts(works=works), NOVEMBER)
        assert amounts(made) == {"ws": "0.00"}
        assert not made.is_blocked

    def test_a_carry_over_of_0_carries_nothing_and_none_carries_all(self) -> None:
        pool = Pool("m", PoolKind.MONTHLY, DateRange(NOVEMBER.start, NOVEMBER.end), 60)
        work = [Work("t1", date(2025, 12, 5), 45, "remote")]
        for limit, unpaid in ((0, 45), (None, 0)):
            carrying = replace(pool, carry=Carry(DECEMBER.end, limit))
            assert sum(draw([carrying], work).unpaid.values()) == unpaid

    def test_a_late_fee_of_at_most_0_is_0(self) -> None:
        debt = Debt("INV-1", date(2025, 1, 1), rounded(1000, "EUR"))
        policy = LateFee(Decimal(18), maximum=Decimal(0))
        assert not late_fee(policy, debt, date(2025, 6, 1))

    def test_a_tax_of_0_percent_is_a_rate(self) -> None:
        line = Taxable("a", "books", rounded(100, "EUR"))
        zero = TaxRate("VAT", "books", "GB", Decimal(0), ALWAYS)
        taxed = tax([line], [zero], region="GB", on=LONG_AGO, currency="EUR")
        assert [(row.code, str(row.amount)) for row in taxed.breakdown] == [("Z", "0.00 EUR")]


class TestA29FebruaryStart:
    def test_every_year_has_its_periods_and_the_29th_returns(self) -> None:
        made = agreement(addition(), active=DateRange(date(2024, 2, 29), None), months=12)
        starts = [made.period(number).start for number in range(5)]
        assert starts == [
            date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28),
            date(2027, 2, 28), date(2028, 2, 29),
        ]  # fmt: skip

    def test_months_and_yearly_lines_of_it_are_billed_every_year(self) -> None:
        started = DateRange(date(2024, 2, 29), None)
        yearly = addition("1200.00", source=ONE, kind=Kind.YEARLY, active=started)
        made = agreement(yearly, active=started)
        billed = [draft(made, Facts(), made.period(number)).total.amount for number in range(25)]
        assert [number for number, amount in enumerate(billed) if amount] == [0, 12, 24]


class TestInactiveContactsBilled:
    def test_a_contact_who_left_before_the_period_costs_nothing(self) -> None:
        left = DateRange(LONG_AGO, NOVEMBER.start)
        people = (Presence("contact", "Ann", left), Presence("contact", "Bob", ALWAYS))
        made = agreement(addition("20.00", source=Counted("contact")))
        assert amounts(draft(made, Facts(people), NOVEMBER)) == {"ws": "20.00"}

    def test_one_who_leaves_in_the_period_costs_their_days(self) -> None:
        people = (Presence("contact", "Ann", DateRange(LONG_AGO, date(2025, 11, 16))),)
        made = agreement(addition("20.00", source=Counted("contact")))
        assert amounts(draft(made, Facts(people), NOVEMBER)) == {"ws": "10.00"}


class TestServersBilledAsWorkstations:
    def test_each_kind_is_billed_by_its_own_line(self) -> None:
        made = agreement(addition("45.00"), addition("120.00", key="srv", source=Counted("server")))
        facts = Facts((*fleet(2), *fleet(1, "server")))
        assert amounts(draft(made, facts, NOVEMBER)) == {"ws": "90.00", "srv": "120.00"}

    def test_a_server_that_no_line_bills_does_not_become_a_workstation(self) -> None:
        made = draft(agreement(addition()), Facts((*fleet(2), *fleet(1, "server"))), NOVEMBER)
        assert amounts(made) == {"ws": "90.00"}
        assert [each.severity for each in made.problems] == [Severity.WARNING]


class TestAnHourBilledInTwoMonths:
    made = agreement(addition(None, source=Hours(RATES)))
    work = Work("t1", date(2025, 10, 31), 60, "remote")

    def test_its_ticket_is_edited_into_the_next_month_after_it_was_billed(self) -> None:
        october = draft(self.made, Facts(works=(self.work,)), OCTOBER)
        edited = replace(self.work, day=date(2025, 11, 3), billed_with=OCTOBER.start)
        issued = {OCTOBER: october.lines}
        november = draft(self.made, Facts(works=(edited,)), NOVEMBER, issued=issued)
        assert amounts(october) == {"ws": "120.00"}
        assert amounts(november) == {"ws": "0.00"}
        again = draft(self.made, Facts(works=(edited,)), OCTOBER, issued=issued)
        assert amounts(again) == {"ws": "120.00"}

    def test_it_is_entered_late_and_billed_once_with_the_next_period(self) -> None:
        october = draft(self.made, Facts(), OCTOBER)
        issued = {OCTOBER: october.lines}
        november = draft(self.made, Facts(works=(self.work,)), NOVEMBER, issued=issued)
        assert (amounts(october), amounts(november)) == ({"ws": "0.00"}, {"ws": "120.00"})

    def test_two_months_drafted_at_once_bill_it_once(self) -> None:
        facts = Facts(works=(self.work,))
        billed = [draft(self.made, facts, p).total.amount for p in (OCTOBER, NOVEMBER, DECEMBER)]
        assert billed == [Decimal("120.00"), Decimal(0), Decimal(0)]

    def test_billed_in_advance_it_comes_with_the_period_after(self) -> None:
        made = replace(self.made, timing=Timing.ADVANCE)
        facts = Facts(works=(self.work,))
        billed = [draft(made, facts, p).total.amount for p in (OCTOBER, NOVEMBER, DECEMBER)]
        assert billed == [Decimal(0), Decimal("120.00"), Decimal(0)]

    def test_a_late_entry_does_not_take_the_minutes_of_a_billed_one(self) -> None:
        allowances = (Allowance("month", 1, 60, SINCE_JANUARY),)
        made = replace(self.made, allowances=allowances)
        billed = replace(self.work, billed_with=OCTOBER.start)
        late = Work("a earlier", date(2025, 10, 1), 60, "remote")
        october = draft(made, Facts(works=(self.work,)), OCTOBER)
        issued = {OCTOBER: october.lines}
        november = draft(made, Facts(works=(late, billed)), NOVEMBER, issued=issued)
        assert (amounts(october), amounts(november)) == ({"ws": "0.00"}, {"ws": "120.00"})


class TestFloatOrPerColumnRounding:
    def test_one_and_a_half_times_33_cents_plus_ten_percent_adds_up(self) -> None:
        source = Hours((HourlyRate("remote", LONG_AGO, Decimal("0.33")),))
        works = (Work("t1", date(2025, 11, 5), 90, "remote"),)
        (line,) = draft(
            agreement(addition(None, source=source)), Facts(works=works), NOVEMBER
        ).lines
        taxable = Taxable(line.identity, "standard", line.amount)
        rate = TaxRate("VAT", "standard", "DE", Decimal(10), ALWAYS)
        taxed = tax([taxable], [rate], region="DE", on=NOVEMBER.end, currency="EUR")
        shown = [str(each.amount) for each in (taxed.net, taxed.tax, taxed.gross)]
        assert shown == ["0.50", "0.05", "0.55"]

    def test_the_total_is_the_sum_of_the_lines_as_shown(self) -> None:
        made = agreement(*(addition("0.333", key=f"a{n}", source=ONE) for n in range(3)))
        result = draft(made, Facts(), NOVEMBER)
        assert str(result.total.amount) == "0.99"
        assert total((line.amount for line in result.lines), "EUR") == result.total


class TestDashboardAndInvoiceFromTwoCodePaths:
    def test_the_monthly_value_is_what_a_month_is_billed(self) -> None:
        own = Presence("workstation", "cad", ALWAYS, Treatment.CUSTOM, Decimal("99.90"))
        made = agreement(
            addition("45.00", included=Decimal(2)),
            addition("7.77", key="fee", source=Fixed(Decimal(3))),
            minimum=Decimal(500),
        )
        for count in (0, 1, 5, 40):
            facts = Facts((own, *fleet(count)))
            value = monthly_value(made, facts, date(2025, 11, 15))
            assert rounded(value, "EUR") == draft(made, facts, NOVEMBER).total


class TestATaxFailureBilledAtZero:
    line = Taxable("a", "standard", rounded(100, "EUR"))

    def test_without_any_rate_there_is_no_invoice(self) -> None:
        with pytest.raises(NoTaxRate, match="no tax rate for standard in DE on 2025-11-30"):
            tax([self.line], [], region="DE", on=date(2025, 11, 30), currency="EUR")

    def test_a_rate_that_has_ended_is_no_rate(self) -> None:
        ended = TaxRate("VAT", "standard", "DE", Decimal(16), DateRange(LONG_AGO, date(2021, 1, 1)))
        with pytest.raises(NoTaxRate):
            tax([self.line], [ended], region="DE", on=date(2021, 1, 1), currency="EUR")

    def test_two_rates_of_one_tax_at_once_are_not_added(self) -> None:
        twice = [TaxRate("VAT", "standard", "DE", Decimal(n), ALWAYS) for n in (16, 19)]
        with pytest.raises(NoTaxRate, match="two rates"):
            tax([self.line], twice, region="DE", on=date(2021, 1, 1), currency="EUR")


class TestADeviceBilledTwice:
    def test_two_stays_that_overlap_stop_the_invoice(self) -> None:
        twice = (
            Presence("workstation", "pc", ALWAYS),
            Presence("workstation", "pc", DateRange(date(2025, 11, 5), None)),
        )
        made = draft(agreement(addition()), Facts(twice), NOVEMBER)
        assert made.is_blocked
        assert made.problems[0].message == "pc is there twice on 2025-11-05"

    def test_a_correction_is_made_once(self) -> None:
        made = agreement(addition(), timing=Timing.ADVANCE)
        later = Facts(
            (*fleet(1), Presence("workstation", "new", DateRange(date(2025, 10, 17), None)))
        )
        issued = {OCTOBER: draft(made, Facts(fleet(1)), OCTOBER).lines}
        november = draft(made, later, NOVEMBER, issued=issued)
        issued[NOVEMBER] = november.lines
        december = draft(made, later, DECEMBER, issued=issued)
        corrected = [
            [str(line.amount) for line in each.lines if line.kind is LineKind.CORRECTION]
            for each in (november, december)
        ]
        assert corrected == [["21.77 EUR"], []]
