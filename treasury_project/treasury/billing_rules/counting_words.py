"""A counted line in words: how many, at which price, and which of them on which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from treasury.billing_rules import wording
from treasury.billing_rules.facts import Treatment
from treasury.billing_rules.lines import Counting, Fact, Part
from treasury.billing_rules.periods import Period
from treasury.billing_rules.pricing import Origin, Scheme, Tariff

_SHOWN = 12  # stretches; what is measured daily under tiers would give a page of them


def counting_words(basis: Counting, whole: Period, currency: str) -> Iterator[str]:
    """Yield the sentences of a counted line."""
    normal = [part for part in basis.parts if not part.subject]
    if not normal:
        yield "Not active on these days"
        return
    facts = [fact for fact in basis.facts if fact.treatment is Treatment.NORMAL]
    if not facts:
        yield f"No {basis.noun.many or 'quantity'}"
    elif _one_price(normal) and all(fact.quantity == 1 for fact in facts):
        yield _by_unit(basis, facts, normal, whole, currency)
    elif _one_price(normal) and len({part.quantity for part in normal}) > 1:
        yield _average(basis, normal, whole, currency)
    else:
        yield from _by_stretch(basis, normal, whole, currency)
    custom = [part for part in basis.parts if part.subject]
    for subject, own in groupby(custom, key=lambda part: part.subject):
        for part in _joined(list(own)):
            text = f"{subject} at its own price: {_head(basis, part, currency)}"
            yield text + _share(basis, part, whole)
    free = sorted({f.subject for f in basis.facts if f.treatment is Treatment.FREE})
    if free:
        yield f"{len(free)} not billed: {', '.join(free)}"


def _one_price(parts: Sequence[Part]) -> bool:
    """Tell whether units can be looked at one by one: a flat price that never changes."""
    first = parts[0]
    return first.tariff.unit_price is not None and all(
        part.tariff == first.tariff
        and (part.discount, part.reason) == (first.discount, first.reason)
        and not part.included
        for part in parts
    )


def _by_unit(
    basis: Counting, facts: Sequence[Fact], parts: Sequence[Part], whole: Period, currency: str
) -> str:
    stays: dict[str, list[Period]] = defaultdict(list)
    for fact in facts:
        stays[fact.subject].append(fact.days)
    alike: dict[tuple[Period, ...], int] = defaultdict(int)
    for own in stays.values():
        alike[tuple(own)] += 1
    first = parts[0]
    price = _price(first.tariff, currency, whole)
    text = f"{_units(basis, Decimal(len(stays)))} × {price}"
    discount = wording.less(first.discount, first.reason)
    if len(alike) == 1:
        (sole,) = alike
        return text + _stay(basis, parts, sole, whole, sole=True) + discount
    for days, count in sorted(alike.items()):
        if days != (whole,):
            text += f"; {count} of them{_stay(basis, parts, days, whole)}"
    if basis.units > 1 and (whole,) in alike:
        text += f"; all others {basis.units} months"
    return text + discount


def _stay(
    basis: Counting, parts: Sequence[Part], days: Sequence[Period], whole: Period, *,
    sole: bool = False,
) -> str:  # fmt: skip
    """Say when, and which share of the period that is; nothing for a whole month."""
    share = sum((_overlap(part, each) for part in parts for each in days), Fraction(0))
    if sole and tuple(days) == (whole,):
        return f" × {basis.units} months" if basis.units > 1 else ""
    dates = " and ".join(wording.when(each, whole) for each in days)
    return f" {dates}: {wording.share(share, basis.units, whole)}"


def _overlap(part: Part, days: Period) -> Fraction:
    start, end = max(part.days.start, days.start), min(part.days.end, days.end)
    return part.share * (end - start).days / part.days.days if start < end else Fraction(0)


def _average(basis: Counting, parts: Sequence[Part], whole: Period, currency: str) -> str:
    share = sum((part.share for part in parts), Fraction(0))
    weighed = sum((Fraction(part.quantity) * part.share for part in parts), Fraction(0))
    low, high = min(p.quantity for p in parts), max(p.quantity for p in parts)
    price = _price(parts[0].tariff, currency, whole)
    text = f"{wording.average(weighed / share)} {basis.noun.many} on average × {price}"
    if share != 1:
        text += f" × {wording.share(share, basis.units, whole)}"
    text += wording.less(parts[0].discount, parts[0].reason)
    return f"{text}; between {wording.number(low)} and {wording.number(high)}"


def _by_stretch(
    basis: Counting, parts: Sequence[Part], whole: Period, currency: str
) -> Iterator[str]:
    stretches = _joined(parts)
    for part in stretches[:_SHOWN]:
        yield _head(basis, part, currency, whole) + _share(basis, part, whole)
    rest = stretches[_SHOWN:]
    if rest:
        exact = sum((part.exact for part in rest), Fraction(0))
        yield f"{len(rest)} more stretches of days: {wording.money(exact, currency)}"


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Join what differs only by the month it lies in."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.days.end == part.days.start and _terms(last) == _terms(part):
            days = Period(last.days.start, part.days.end)
            share, exact = last.share + part.share, last.exact + part.exact
            joined[-1] = Part(days, *_terms(part), share, exact, part.subject)
        else:
            joined.append(part)
    return joined


def _terms(part: Part) -> tuple[Decimal, Decimal, Tariff, Decimal, str]:
    return (part.quantity, part.included, part.tariff, part.discount, part.reason)


def _head(basis: Counting, part: Part, currency: str, whole: Period | None = None) -> str:
    billed = part.quantity - part.included
    text = _units(basis, part.quantity)
    if part.included:
        text += f", {wording.number(part.included)} included"
    steps = part.tariff.steps(billed)
    if part.tariff.unit_price is not None:
        count = f": {wording.number(billed)}" if part.included else ""
        text += f"{count} × {_price(part.tariff, currency, whole)}" if billed else ""
    elif part.tariff.scheme is Scheme.VOLUME and steps:
        above = max(tier.above for tier in part.tariff.tiers if tier.above < billed)
        count = f": {wording.number(billed)}" if part.included else ""
        note = f" (the price above {wording.number(above)})" if above else ""
        text += f"{count} × {wording.amount(steps[0][1], currency)}{note}"
    elif steps:
        each = (f"{wording.number(n)} × {wording.amount(price, currency)}" for n, price in steps)
        text += ": " + " + ".join(each)
    return text + wording.less(part.discount, part.reason)


def _share(basis: Counting, part: Part, whole: Period) -> str:
    if part.days == whole:
        return f" × {basis.units} months" if basis.units > 1 else ""
    share = wording.share(part.share, basis.units, whole)
    return f"; {wording.when(part.days, whole)}: {share}"


def _price(tariff: Tariff, currency: str, whole: Period | None) -> str:
    text = wording.amount(tariff.unit_price or Decimal(0), currency)
    if tariff.origin is Origin.AGREED:
        text += " as agreed"
    if whole and whole.start < tariff.start < whole.end:
        text += f" (the price from {wording.day(tariff.start, whole.start.year)})"
    return text


def _units(basis: Counting, quantity: Decimal) -> str:
    noun = basis.noun.one if quantity == 1 else basis.noun.many
    return f"{wording.number(quantity)} {noun}".rstrip()
