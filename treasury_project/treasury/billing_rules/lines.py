"""One addition of an agreement in one billing period: the amount, and why it is that amount.

The period is cut wherever a fact changes (a device comes or goes, a price, a discount, the addition
itself). Inside a piece everything is constant, so its charge is the charge of a whole period times
its days; the exact pieces are added and rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from treasury.billing_rules.money import Money, rounded
from treasury.billing_rules.periods import DateRange, Period
from treasury.billing_rules.pricing import Discount, Tariff, discount_on, tariff_on


class Treatment(StrEnum):
    """How a counted person or device is billed."""

    NORMAL = "normal"
    CUSTOM = "custom"  # at its own price, outside tiers and included quantity
    FREE = "free"


class Proration(StrEnum):
    """What a part of a period costs."""

    BY_DAYS = "by_days"  # actual days over the days of the period
    WHOLE = "whole"  # whoever was there on one day counts for the whole period


@dataclass(frozen=True, slots=True)
class Presence:
    """Something counted: ``quantity`` units (1 for a device) named ``subject`` while ``active``."""

    subject: str
    active: DateRange
    quantity: Decimal = Decimal(1)
    treatment: Treatment = Treatment.NORMAL
    price: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.price is not None) != (self.treatment is Treatment.CUSTOM):
            raise ValueError("a price of its own belongs to the treatment 'custom', and only there")
        if self.quantity < 0:
            raise ValueError("a quantity is not negative")


@dataclass(frozen=True, slots=True)
class Addition:
    """A recurring line of an agreement. ``included`` units are covered by the plan."""

    key: str
    description: str
    active: DateRange
    tariffs: tuple[Tariff, ...]
    included: Decimal = Decimal(0)
    discounts: tuple[Discount, ...] = ()
    proration: Proration = Proration.BY_DAYS


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of days in which nothing changed, and its exact share of the line."""

    days: Period
    quantity: Fraction
    included: Fraction
    tariff: Tariff | None  # None: the subject's own price
    unit_price: Decimal | None
    discount: Fraction
    share: Fraction
    exact: Fraction
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An amount with the parts it is made of; ``amount`` is their sum, rounded once."""

    key: str
    description: str
    period: Period
    parts: tuple[Part, ...]
    amount: Money

    @property
    def exact(self) -> Fraction:
        """The amount before it was rounded."""
        return sum((part.exact for part in self.parts), Fraction(0))


def line_of(
    addition: Addition, presences: Sequence[Presence], period: Period, currency: str
) -> Line:
    """Return what ``addition`` costs in ``period`` for ``presences``; their order does not matter.

    An addition that is not active in the period, or that nobody uses, gives a line of 0 with its
    parts, so that nothing vanishes from the review. Raises NoPrice when a day has no price.
    """
    if addition.proration is Proration.WHOLE:
        addition, presences = _whole(addition, presences, period)
    ordered = sorted(presences, key=lambda p: (p.subject, p.active.start, p.quantity))
    parts = list(_merged(_parts(addition, ordered, period)))
    amount = rounded(sum((part.exact for part in parts), Fraction(0)), currency)
    return Line(addition.key, addition.description, period, tuple(parts), amount)


def _parts(addition: Addition, presences: Sequence[Presence], period: Period) -> Iterator[Part]:
    for piece in period.cut(_edges(addition, presences)):
        if piece.start not in addition.active:
            continue
        here = [p for p in presences if piece.start in p.active]
        discount = discount_on(addition.discounts, piece.start)
        share = period.share(piece.days)
        counted = [p for p in here if p.treatment is Treatment.NORMAL]
        tariff = tariff_on(addition.tariffs, piece.start)
        quantity = sum((Fraction(p.quantity) for p in counted), Fraction(0))
        billed = max(Fraction(0), quantity - Fraction(addition.included))
        yield Part(
            days=piece,
            quantity=quantity,
            included=min(quantity, Fraction(addition.included)),
            tariff=tariff,
            unit_price=tariff.tiers[0].unit_price if len(tariff.tiers) == 1 else None,
            discount=discount,
            share=share,
            exact=tariff.charge(billed) * (1 - discount) * share,
            subjects=tuple(p.subject for p in counted),
        )
        yield from _custom(here, piece, discount, share)


def _custom(
    here: Iterable[Presence], piece: Period, discount: Fraction, share: Fraction
) -> Iterator[Part]:
    for presence in here:
        if presence.price is not None:
            quantity = Fraction(presence.quantity)
            yield Part(
                days=piece,
                quantity=quantity,
                included=Fraction(0),
                tariff=None,
                unit_price=presence.price,
                discount=discount,
                share=share,
                exact=quantity * Fraction(presence.price) * (1 - discount) * share,
                subjects=(presence.subject,),
            )


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Join neighbouring days in which only something irrelevant changed."""
    open_parts: dict[object, Part] = {}
    for part in parts:
        like = (part.tariff, part.unit_price, part.quantity, part.discount, part.subjects)
        before = open_parts.get(like)
        if before is not None and before.days.end == part.days.start:
            open_parts[like] = _joined(before, part)
        else:
            if before is not None:
                yield before
            open_parts[like] = part
    yield from open_parts.values()


def _joined(first: Part, second: Part) -> Part:
    return Part(
        days=Period(first.days.start, second.days.end),
        quantity=first.quantity,
        included=first.included,
        tariff=first.tariff,
        unit_price=first.unit_price,
        discount=first.discount,
        share=first.share + second.share,
        exact=first.exact + second.exact,
        subjects=first.subjects,
    )


def _edges(addition: Addition, presences: Iterable[Presence]) -> Iterator[date]:
    ranges = [addition.active, *(d.active for d in addition.discounts)]
    ranges += [presence.active for presence in presences]
    for each in ranges:
        yield each.start
        if each.end is not None:
            yield each.end
    yield from (tariff.start for tariff in addition.tariffs)


def _whole(
    addition: Addition, presences: Sequence[Presence], period: Period
) -> tuple[Addition, list[Presence]]:
    """Stretch whatever touches the period over all of it; prices are those of its first day."""
    if addition.active.overlap(period.range) is None:
        return addition, []
    first_day = max(period.start, addition.active.start)
    touching = [p for p in presences if p.active.overlap(period.range)]
    stretched = [
        Presence(p.subject, period.range, p.quantity, p.treatment, p.price) for p in touching
    ]
    tariff = tariff_on(addition.tariffs, first_day)
    discounts = tuple(d for d in addition.discounts if first_day in d.active)
    return (
        Addition(
            key=addition.key,
            description=addition.description,
            active=period.range,
            tariffs=(Tariff(period.start, tariff.tiers, tariff.scheme),),
            included=addition.included,
            discounts=tuple(Discount(d.percent, period.range, d.reason) for d in discounts),
            proration=Proration.BY_DAYS,
        ),
        stretched,
    )
