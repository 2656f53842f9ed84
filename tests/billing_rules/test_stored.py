"""A line is stored as JSON with its sentences, and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.billing_rules.made import (
    ALWAYS,
    LONG_AGO,
    NOVEMBER,
    OCTOBER,
    SINCE_JANUARY,
    addition,
    agreement,
    fleet,
)
from treasury.billing_rules.agreement import (
    Counted,
    Fixed,
    HourlyRate,
    Hours,
    Kind,
    Measured,
    Noun,
    Timing,
)
from treasury.billing_rules.allowances import Allowance, Work
from treasury.billing_rules.drafting import draft
from treasury.billing_rules.explanation import explain
from treasury.billing_rules.facts import Facts, Presence, Reading, Treatment
from treasury.billing_rules.lines import Line, LineKind
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import Discount, Scheme, Tariff, Tier, agreed
from treasury.billing_rules.stored import from_json, to_json

TIERS = (Tier(Decimal(0), Decimal("20.00")), Tier(Decimal(10), Decimal("18.00")))
USERS = Noun("user", "users")
FACTS = Facts(
    presences=(
        *fleet(10),
        *fleet(12, "contact"),
        Presence("workstation", "cad", ALWAYS, Treatment.CUSTOM, Decimal("99.00")),
        Presence("workstation", "spare", ALWAYS, Treatment.FREE),
        Presence("workstation", "new", DateRange(date(2025, 11, 14), None)),
    ),
    readings=(
        Reading("backup", "nas", date(2025, 10, 1), Decimal(80)),
        Reading("backup", "nas", date(2025, 11, 16), Decimal(100)),
    ),
    works=(
        Work("t1", date(2025, 11, 5), 150, "remote"),
        Work("t2", date(2025, 10, 30), 30, "remote"),
    ),
)
RATES = (HourlyRate("remote", LONG_AGO, Decimal("120.00")),)
AGREEMENT = agreement(
    addition(),
    addition(None, key="users", source=Counted("contact"), noun=USERS, included=Decimal(1),
             tariffs=(Tariff(LONG_AGO, TIERS),)),
    addition(None, key="users by volume", source=Counted("contact"), noun=USERS,
             tariffs=(Tariff(LONG_AGO, TIERS, Scheme.VOLUME),)),
    addition("0.05", key="backup", source=Measured("backup"), noun=Noun("GB", "GB")),
    addition(None, key="hours", source=Hours(RATES)),
    addition("1200.00", key="licence", source=Fixed(Decimal(1)), kind=Kind.YEARLY,
             active=DateRange(date(2025, 11, 3), None)),
    addition("40.00", key="deal", source=Fixed(Decimal(2)), noun=Noun(),
             tariffs=(*addition("45.00").tariffs,
                      agreed(DateRange(date(2025, 11, 10), None), Decimal("40.00"))),
             discounts=(Discount(Decimal(10), DateRange(LONG_AGO, date(2025, 11, 21)), "launch"),)),
    minimum=Decimal(9999),
    allowances=(Allowance("monthly hours", 1, 60, SINCE_JANUARY),),
)  # fmt: skip
ISSUED = {OCTOBER: draft(AGREEMENT, replace(FACTS, presences=(), works=()), OCTOBER).lines}


def lines() -> dict[tuple[str, str], Line]:
    made = draft(AGREEMENT, FACTS, NOVEMBER, issued=ISSUED)
    assert made.problems == ()
    return {(line.key, line.kind.value): line for line in made.lines}


def test_every_kind_of_line_survives_a_round_trip_through_json() -> None:
    found = lines().values()
    assert {line.kind for line in found} == set(LineKind) - {LineKind.ONE_OFF}
    for line in found:
        text = json.dumps(to_json(line))
        assert from_json(json.loads(text)) == line


def test_the_sentences_are_stored_with_the_line() -> None:
    for line in lines().values():
        assert to_json(line)["sentences"] == list(explain(line))


def test_a_correction_is_made_from_what_was_stored() -> None:
    restored = {
        period: tuple(from_json(json.loads(json.dumps(to_json(line)))) for line in issued)
        for period, issued in ISSUED.items()
    }
    again = draft(AGREEMENT, FACTS, NOVEMBER, issued=restored)
    assert again == draft(AGREEMENT, FACTS, NOVEMBER, issued=ISSUED)


def test_the_sentences_say_what_a_client_needs() -> None:
    said = {key: explain(line) for key, line in lines().items()}
    assert said["ws", "recurring"] == (
        "11 workstations × 45.00; 1 of them from 14 Nov: 17/30 days",
        "cad at its own price: 1 workstation × 99.00",
        "1 not billed: spare",
    )
    assert said["users", "recurring"] == ("12 users, 1 included: 10 × 20.00 + 1 × 18.00",)
    assert said["users by volume", "recurring"] == ("12 users × 18.00 (the price above 10)",)
    assert said["backup", "recurring"] == ("90 GB on average × 0.05; between 80 and 100",)
    pools = "30 min by monthly hours from 1 Oct 2025, 1 h by monthly hours from 1 Nov 2025"
    covered = f"1 h 30 min of 3 h covered: {pools}"
    assert said["hours", "hours"] == (
        "1 h 30 min remote × 120.00",
        covered,
        "1 entry from earlier days, entered after those were billed",
    )
    assert said["deal", "recurring"] == (
        "2 × 45.00; less 10 % (launch); until 9 Nov: 9/30 days",
        "2 × 40.00 as agreed (the price from 10 Nov); less 10 % (launch); 10–20 Nov: 11/30 days",
        "2 × 40.00 as agreed (the price from 10 Nov); from 21 Nov: 10/30 days",
    )


def test_a_minimum_and_a_correction_say_where_they_come_from() -> None:
    made = agreement(addition(), timing=Timing.ADVANCE, minimum=Decimal(100))
    issued = {OCTOBER: draft(made, Facts(fleet(1)), OCTOBER).lines}
    new = Presence("workstation", "new", DateRange(date(2025, 10, 17), None))
    said = [explain(x) for x in draft(made, Facts((*fleet(1), new)), NOVEMBER, issued=issued).lines]
    assert said == [
        ("2 workstations × 45.00",),
        ("Minimum 100.00; the other lines come to 90.00",),
        (
            "1–31 Oct 2025: 45.00 was billed; by what is known now it comes to 66.77",
            "17–31 Oct: 2 instead of 1: +21.77",
        ),
        ("1–31 Oct 2025: 55.00 was billed; by what is known now it comes to 33.23",),
    ]
