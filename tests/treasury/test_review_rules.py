"""Why a bill differs from the one before, cause by cause."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury.billing.rules import compare, jumped
from treasury.billing_rules.agreement import Addition, Agreement, Counted, Fixed, Kind, Timing
from treasury.billing_rules.drafting import draft
from treasury.billing_rules.facts import Facts, Presence, Treatment
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import Discount, flat

START = date(2025, 1, 1)
WHOLE = DateRange(START, None)


def device(name: str, start: date = START, end: date | None = None, **more) -> Presence:
    return Presence("workstation", name, DateRange(start, end), **more)


def bills(devices: list[Presence], *, then: dict | None = None, now: dict | None = None):
    """The lines of January and of February, billed in arrears; terms may change between them."""

    def lines(month: int, **terms):
        addition = Addition(
            key="ws", description="Care", active=WHOLE, source=Counted("workstation"),
            **{"tariffs": (flat(START, Decimal(45)),), **terms},
        )  # fmt: skip
        agreement = Agreement("a", WHOLE, 1, Timing.ARREARS, "EUR", (addition,))
        return draft(agreement, Facts(tuple(devices)), agreement.period(month)).lines

    return lines(0, **(then or {})), lines(1, **(now or {}))


FEBRUARY = date(2025, 2, 1)
HALF = [Discount(Decimal(10), DateRange(START, FEBRUARY), "welcome")]


@pytest.mark.parametrize(
    ("devices", "now", "amount", "words"),
    [
        ([device("a"), device("b", FEBRUARY)], {}, "45.00", ("new: b",)),
        ([device("a"), device("b", end=FEBRUARY)], {}, "-45.00", ("gone: b",)),
        (
            [device(f"n{number}", FEBRUARY) for number in range(5)] + [device("a")],
            {},
            "225.00",
            ("new: n0, n1, n2 and 2 more",),
        ),
        ([device("a")], {"tariffs": (flat(START, Decimal(50)),)}, "5.00", ("price 45 → 50",)),
        (
            [device("a"), device("b")],
            {"included": Decimal(1)},
            "-45.00",
            ("included 0 → 1",),
        ),
        (
            [device("a", date(2025, 1, 17))],
            {},
            "23.23",
            ("there all the time now: a",),
        ),
        (
            [
                device("a", end=FEBRUARY),
                device("a", FEBRUARY, treatment=Treatment.FREE),
                device("b"),
            ],
            {},
            "-45.00",
            ("billed in another way: a",),
        ),
    ],
)
def test_a_difference_is_told_by_its_cause(devices, now, amount, words):
    before, after = bills(devices, now=now)
    (cause,) = compare(before, after, "EUR")
    assert (cause.amount.amount, cause.words) == (Decimal(amount), words)


def test_a_discount_that_ended_is_named():
    before, after = bills([device("a")], then={"discounts": tuple(HALF)})
    (cause,) = compare(before, after, "EUR")
    assert (cause.amount.amount, cause.words) == (Decimal("4.50"), ("discount of 10 % ended",))
    (cause,) = compare(after, before, "EUR")
    assert cause.words == ("discount of 10 % began",)


def test_several_causes_stand_together():
    before, after = bills(
        [device("a"), device("b", FEBRUARY)], now={"tariffs": (flat(START, Decimal(50)),)}
    )
    (cause,) = compare(before, after, "EUR")
    assert cause.words == ("new: b", "price 45 → 50")


def test_the_same_bill_has_no_causes():
    before, after = bills([device("a")])
    assert compare(before, after, "EUR") == []


def test_what_is_billed_once_says_so():
    fee = Addition(
        "fee",
        "Set-up",
        DateRange(FEBRUARY, None),
        Fixed(),
        (flat(START, Decimal(99)),),
        Kind.ONE_OFF,
    )
    agreement = Agreement("a", WHOLE, 1, Timing.ARREARS, "EUR", (fee,))
    now = draft(agreement, Facts(), agreement.period(1)).lines
    (cause,) = compare([], now, "EUR")
    assert cause.words == ("billed once",)
    (cause,) = compare(now, [], "EUR")
    assert cause.words == ("billed once, and not this time",)


@given(
    st.lists(st.integers(1, 60), max_size=6),
    st.decimals(0, 100, places=2),
    st.integers(0, 3),
)
def test_the_causes_sum_to_the_difference(days, price, included):
    devices = [device(f"d{n}", date.fromordinal(START.toordinal() + d)) for n, d in enumerate(days)]
    terms = {"tariffs": (flat(START, price),), "included": Decimal(included)}
    before, after = bills(devices, now=terms)
    whole = sum((line.amount.amount for line in after), Decimal(0)) - sum(
        (line.amount.amount for line in before), Decimal(0)
    )
    assert sum((c.amount.amount for c in compare(before, after, "EUR")), Decimal(0)) == whole


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, 5, False),
        (0, 5, False),
        (100, 130, False),
        (100, 131, True),
        (100, 69, True),
        (-10, 10, True),
    ],
)
def test_a_jump_is_more_than_thirty_percent(before, now, expected):
    assert jumped(None if before is None else Decimal(before), Decimal(now)) is expected
