"""What hypothesis makes: fleets that come and go, prices with tiers, work and prepaid time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.billing_rules.made import ALWAYS, LONG_AGO, addition, agreement
from treasury.billing_rules.agreement import Addition, Agreement, Counted, Proration
from treasury.billing_rules.allowances import Pool, PoolKind, Work
from treasury.billing_rules.facts import Presence, Treatment
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import Discount, Scheme, Tariff, Tier, agreed

FIRST = date(2025, 9, 1)
days = st.integers(0, 150).map(lambda n: FIRST + timedelta(days=n))
prices = st.decimals(0, 500, places=2)
percents = st.decimals(0, 100, places=1)
anchors = st.dates(date(2023, 12, 1), date(2024, 3, 31))


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    """Some days, perhaps without an end."""
    start = draw(days)
    length = draw(st.none() | st.integers(1, 60))
    return DateRange(start, None if length is None else start + timedelta(days=length))


@st.composite
def presences(draw: st.DrawFn, subject: str) -> Presence:
    """A device that comes and goes, billed in one of the three ways."""
    treatment = draw(st.sampled_from(Treatment))
    price = draw(prices) if treatment is Treatment.CUSTOM else None
    return Presence("workstation", subject, draw(ranges()), treatment, price)


@st.composite
def fleets(draw: st.DrawFn) -> tuple[Presence, ...]:
    """Up to eight of them."""
    return tuple(draw(presences(f"ws-{n}")) for n in range(draw(st.integers(0, 8))))


@st.composite
def tariffs(draw: st.DrawFn) -> tuple[Tariff, ...]:
    """A list price with tiers, a later one, and perhaps an agreed price."""
    found = []
    for start in (LONG_AGO, draw(days)):
        bounds = sorted(draw(st.sets(st.integers(1, 6), max_size=2)))
        tiers = tuple(Tier(Decimal(above), draw(prices)) for above in (0, *bounds))
        found.append(Tariff(start, tiers, draw(st.sampled_from(Scheme))))
    if draw(st.booleans()):
        found.append(agreed(draw(ranges()), draw(prices)))
    return tuple(found)


@st.composite
def additions(draw: st.DrawFn, key: str = "ws", **given: Any) -> Addition:
    """A recurring line for the devices."""
    made: dict[str, Any] = {
        "key": key,
        "tariffs": draw(tariffs()),
        "included": Decimal(draw(st.integers(0, 3))),
        "discounts": tuple(draw(st.lists(st.builds(Discount, percents, ranges()), max_size=2))),
        "source": Counted("workstation"),
    }
    return addition(None, **(made | given))


@st.composite
def agreements(draw: st.DrawFn, **given: Any) -> Agreement:
    """An agreement with one to three lines, of any cadence, start day and policy."""
    count = draw(st.integers(1, 3))
    made: dict[str, Any] = {
        "active": DateRange(draw(anchors), None),
        "months": draw(st.sampled_from((1, 3, 12))),
        "proration": draw(st.sampled_from(Proration)),
        "minimum": draw(st.none() | prices),
    }
    lines = [draw(additions(f"line {n}", active=draw(ranges()))) for n in range(count)]
    return agreement(*lines, **(made | given))


@st.composite
def works(draw: st.DrawFn) -> list[Work]:
    """Up to ten entries of two rate classes."""
    classes = st.sampled_from(("remote", "onsite"))
    return [
        Work(f"t{n}", draw(days), draw(st.integers(1, 300)), draw(classes))
        for n in range(draw(st.integers(0, 10)))
    ]


@st.composite
def pools(draw: st.DrawFn) -> list[Pool]:
    """Up to four pools, monthly and other, some for one rate class only."""
    only = st.sampled_from((frozenset(), frozenset({"remote"})))
    return [
        Pool(f"p{n}", draw(st.sampled_from(PoolKind)), draw(ranges()),
             draw(st.integers(0, 400)), draw(only))
        for n in range(draw(st.integers(0, 4)))
    ]  # fmt: skip


__all__ = ["ALWAYS", "additions", "agreements", "anchors", "days", "fleets", "pools", "prices",
           "ranges", "works"]  # fmt: skip
