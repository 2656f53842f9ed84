"""How many units were there, on which days, at which price: the parts of a line.

The period is cut wherever a fact changes (a device comes or goes, a price, a discount, the addition
itself) and between its months. Inside a piece everything is constant, so its charge is the charge
of a whole month times its days; the exact pieces are added and rounded once, by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from treasury.billing_rules.agreement import Addition, Proration
from treasury.billing_rules.facts import Contradiction, Presence, Treatment
from treasury.billing_rules.lines import Counting, Fact, Part
from treasury.billing_rules.money import EXACT
from treasury.billing_rules.periods import Period
from treasury.billing_rules.pricing import Origin, Tariff, Tier, discount_on, tariff_on

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where counting takes place: the days, their months, and one day for prices if pinned."""

    addition: Addition
    days: Period
    units: Sequence[Period]
    pinned: date | None


def count(
    addition: Addition,
    presences: Sequence[Presence],
    units: Sequence[Period],
    days: Period,
    proration: Proration,
) -> Counting:
    """Return what ``addition`` counts and charges on ``days``, a part of the months ``units``.

    Raises NoPrice when a day has no price, Contradiction when one subject is there twice at once.
    """
    facts = _facts(presences, days)
    frame = _Frame(addition, days, units, None)
    if proration is not Proration.BY_DAYS:
        whole = Period(units[0].start, units[-1].end)
        frame = _Frame(addition, whole, units, days.start)
        facts = _whole(facts, whole, first_day_only=proration is Proration.FIRST_DAY)
        if proration is Proration.FIRST_DAY and days.start != whole.start:
            return Counting(addition.noun, len(units), (), ())
    parts = [*_normal(frame, facts)]
    for fact in facts:
        if fact.treatment is Treatment.CUSTOM:
            parts += _custom(frame, fact)
    return Counting(addition.noun, len(units), tuple(parts), tuple(facts))


def _facts(presences: Iterable[Presence], days: Period) -> list[Fact]:
    facts: list[Fact] = []
    for presence in presences:
        here = presence.active.within(days)
        if here is not None:
            treatment, price = presence.treatment, presence.price
            facts.append(Fact(presence.subject, here, presence.quantity, treatment, price))
    facts.sort(key=lambda fact: (fact.subject, fact.days.start))
    for before, after in pairwise(facts):
        if before.subject == after.subject and after.days.start < before.days.end:
            raise Contradiction(f"{after.subject} is there twice on {after.days.start}")
    return facts


def _whole(facts: Sequence[Fact], whole: Period, *, first_day_only: bool) -> list[Fact]:
    """Stretch each subject over the period; of several stays the last says how it is billed."""
    if first_day_only:
        facts = [fact for fact in facts if fact.days.start == whole.start]
    last = {fact.subject: fact for fact in facts}
    return [Fact(f.subject, whole, f.quantity, f.treatment, f.price) for f in last.values()]


def _normal(frame: _Frame, facts: Iterable[Fact]) -> list[Part]:
    always = _NOTHING
    passing: list[Fact] = []
    for fact in facts:
        if fact.treatment is not Treatment.NORMAL:
            continue
        if fact.days is frame.days or fact.days == frame.days:
            always = EXACT.add(always, fact.quantity)
        else:
            passing.append(fact)
    parts: list[Part] = []
    month: list[Part] = []  # parts are joined inside a month only, so that each is even by days
    for piece, unit in _pieces(frame, passing):
        if piece.start == unit.start:
            parts += month
            month = []
        quantity = always
        for fact in passing:
            if piece.start in fact.days:
                quantity = EXACT.add(quantity, fact.quantity)
        tariff = tariff_on(frame.addition.tariffs, frame.pinned or piece.start)
        _append(month, _part(frame, piece, unit, quantity, tariff))
    return parts + month


def _custom(frame: _Frame, fact: Fact) -> list[Part]:
    if fact.price is None:
        raise ValueError("a custom price has a price")
    tariff = Tariff(fact.days.start, (Tier(_NOTHING, fact.price),), origin=Origin.OWN)
    parts: list[Part] = []
    month: list[Part] = []
    own = _Frame(frame.addition, fact.days, frame.units, frame.pinned)
    for piece, unit in _pieces(own, ()):
        if piece.start == unit.start:
            parts += month
            month = []
        _append(month, _part(frame, piece, unit, fact.quantity, tariff, fact.subject))
    return parts + month


def _part(
    frame: _Frame, piece: Period, unit: Period, quantity: Decimal, tariff: Tariff, subject: str = ""
) -> Part:
    included = _NOTHING if subject else min(quantity, frame.addition.included)
    percent, reason = discount_on(frame.addition.discounts, frame.pinned or piece.start)
    above, below = tariff.charge(EXACT.subtract(quantity, included)).as_integer_ratio()
    kept, of = EXACT.subtract(Decimal(100), percent).as_integer_ratio()
    days, month = piece.days, unit.days
    exact = Fraction(above * kept * days, below * of * 100 * month)
    share = Fraction(days, month)
    return Part(piece, quantity, included, tariff, percent, reason, share, exact, subject)


def _append(parts: list[Part], part: Part) -> None:
    """Add ``part``, joined to the one before when nothing that matters has changed."""
    if parts and _same(parts[-1], part):
        before = parts.pop()
        days = Period(before.days.start, part.days.end)
        share, exact = before.share + part.share, before.exact + part.exact
        part = Part(
            days, part.quantity, part.included, part.tariff, part.discount, part.reason,
            share, exact, part.subject,
        )  # fmt: skip
    parts.append(part)


def _same(first: Part, second: Part) -> bool:
    return (
        first.quantity == second.quantity
        and first.discount == second.discount
        and first.reason == second.reason
        and first.tariff == second.tariff
    )


def _pieces(frame: _Frame, passing: Iterable[Fact]) -> Iterator[tuple[Period, Period]]:
    """Yield the pieces of the frame's days and the month that each lies in."""
    edges: set[date] = {unit.start for unit in frame.units}
    for fact in passing:
        edges.add(fact.days.start)
        edges.add(fact.days.end)
    if frame.pinned is None:
        edges.update(tariff.start for tariff in frame.addition.tariffs)
        edges.update(tariff.end for tariff in frame.addition.tariffs if tariff.end)
        for discount in frame.addition.discounts:
            edges.add(discount.active.start)
            if discount.active.end is not None:
                edges.add(discount.active.end)
    months = iter(frame.units)
    month = next(months)
    for piece in frame.days.cut(edges):
        while piece.start >= month.end:
            month = next(months)
        yield piece, month
