"""From rows of agreements to the frozen terms that the billing rules take. No query, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from treasury.agreements import models as rows
from treasury.billing_rules import agreement as rules
from treasury.billing_rules import wording
from treasury.billing_rules.allowances import Allowance, Carry, Pool, PoolKind
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import (
    Discount,
    Origin,
    Scheme,
    Tariff,
    Tier,
    agreed,
    flat,
)
from treasury.catalogue.models import PlanPrice, ProductPrice
from treasury.catalogue.quantities import CONTACT, Source

_NOTHING = Decimal(0)


def agreement_of(row: Any) -> rules.Agreement:
    """Return ``row``, which comes from ``loading.loaded``, with its additions and prices.

    Raises ValueError where they contradict what an agreement can be.
    """
    additions = sorted(row.loaded_additions, key=lambda each: (each.position, str(each.pk)))
    return rules.Agreement(
        key=str(row.pk),
        active=DateRange(row.start, row.end),
        months=row.cadence_months,
        timing=rules.Timing(row.timing),
        currency=row.currency,
        additions=tuple(_addition(each, row) for each in additions),
        anchor=row.anchor,
        minimum=row.minimum,
        proration=rules.Proration(row.proration),
        allowances=tuple(_allowances(row)),
    )


def blocks_of(row: Any) -> list[Pool]:
    """Return the prepaid blocks of ``row`` as pools."""
    blocks = sorted(row.loaded_blocks, key=lambda each: (each.start, str(each.pk)))
    names = _named(
        [f"{wording.time(each.minutes)} bought {each.start:%-d %b %Y}" for each in blocks]
    )
    return [
        Pool(
            key=name,
            kind=PoolKind.OTHER,
            valid=DateRange(each.start, each.end),
            minutes=each.minutes,
            rate_classes=frozenset(each.rate_classes),
            carry=Carry(each.carry_until, each.carry_limit) if each.carry_until else None,
        )
        for each, name in zip(blocks, names, strict=True)
    ]


def _allowances(row: Any) -> Iterable[Allowance]:
    found = sorted(row.loaded_allowances, key=lambda each: (each.start, str(each.pk)))
    every = {1: "month", 12: "year"}
    names = _named([f"{wording.time(each.minutes)} a {every[each.every_months]}" for each in found])
    for each, name in zip(found, names, strict=True):
        yield Allowance(
            key=name,
            months=each.every_months,
            minutes=each.minutes,
            active=DateRange(each.start, each.end),
            carry_limit=each.carry_limit,
            rate_classes=frozenset(each.rate_classes),
        )


def _named(names: Sequence[str]) -> list[str]:
    """Tell those of the same name apart by a number: explanations quote the names."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _addition(row: Any, agreement: Any) -> rules.Addition:
    active = DateRange(row.start, row.end)
    product = row.product
    by_list = list(_list_tariffs(row, agreement))
    by_agreement = list(_agreed_tariffs(row, active))
    worked = row.source == Source.HOURS
    return rules.Addition(
        key=str(row.pk),
        description=row.description or product.name,
        active=active,
        source=_hours(row, by_agreement or by_list) if worked else _source(row),
        tariffs=() if worked else (*by_list, *by_agreement),
        kind=rules.Kind(row.kind),
        noun=rules.Noun(product.unit, product.units),
        included=row.included,
        discounts=tuple(
            Discount(each.percent, DateRange(each.start, each.end), each.reason)
            for each in row.loaded_discounts
        ),
        proration=rules.Proration(row.proration) if row.proration else None,
        tax_category=product.tax_category,
    )


def _source(row: rows.Addition) -> rules.Source:
    if row.source == Source.DEVICES:
        return rules.Counted(row.counts)
    if row.source == Source.CONTACTS:
        return rules.Counted(CONTACT)
    if row.source == Source.METER:
        return rules.Measured(row.counts)
    if row.quantity is None:  # the database refuses it; never bill what nobody stated
        raise ValueError(f"{row} has no quantity")
    return rules.Fixed(row.quantity)


def _hours(row: rows.Addition, tariffs: Sequence[Tariff]) -> rules.Hours:
    rates = []
    for tariff in tariffs:
        if tariff.unit_price is None:
            raise ValueError(f"{row} has tiers, and hours have none")
        rates.append(rules.HourlyRate(row.counts, tariff.start, tariff.unit_price))
    return rules.Hours(tuple(rates), row.increment)


def _list_tariffs(row: Any, agreement: Any) -> Iterable[Tariff]:
    """Yield the plan's prices for the term, or without any those of the product."""
    for price in plan_prices(row, agreement) or list_prices(row, agreement):
        yield flat(price.start, price.unit_price)


def plan_prices(row: Any, agreement: Any) -> list[PlanPrice]:
    """Return what the agreement's plan asks for the product of ``row`` with its term."""
    wanted = (row.product_id, agreement.term_months, agreement.currency)
    prices = agreement.loaded_plan_prices
    return [each for each in prices if (each.product_id, each.term_months, each.currency) == wanted]


def list_prices(row: Any, agreement: Any) -> list[ProductPrice]:
    """Return what the catalogue asks for the product of ``row`` in the agreement's currency."""
    return [each for each in row.product.loaded_prices if each.currency == agreement.currency]


def _agreed_tariffs(row: Any, active: DateRange) -> Iterable[Tariff]:
    if row.loaded_tiers:
        steps = tuple(Tier(each.above, each.unit_price) for each in row.loaded_tiers)
        scheme = Scheme(row.scheme)
        yield Tariff(active.start, steps, scheme, origin=Origin.AGREED, end=active.end)
    elif row.override_price is not None:
        yield agreed(active, row.override_price)
