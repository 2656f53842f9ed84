"""From rows to the frozen facts that the billing rules take. No query and no clock."""

from __future__ import annotations

from collections.abc import Iterable

from treasury.agreements import models as rows
from treasury.billing_rules import agreement as rules
from treasury.billing_rules.facts import Facts, Presence, Treatment
from treasury.billing_rules.periods import DateRange
from treasury.billing_rules.pricing import Tariff, agreed, flat
from treasury.catalogue.quantities import Source
from treasury.usage.models import Device


def agreement_of(row: rows.Agreement) -> rules.Agreement:
    """Return ``row`` with its additions, products and prices, all of them loaded already.

    Raises ValueError where they contradict what an agreement can be.
    """
    return rules.Agreement(
        key=str(row.pk),
        active=DateRange(row.start, row.end),
        months=row.cadence_months,
        timing=rules.Timing(row.timing),
        currency=row.currency,
        additions=tuple(
            _addition(each, row.currency)
            for each in sorted(row.additions.all(), key=lambda each: (each.position, str(each.pk)))
        ),
        anchor=row.anchor,
        minimum=row.minimum,
        proration=rules.Proration(row.proration),
    )


def facts_of(devices: Iterable[Device]) -> Facts:
    """Return the facts that ``devices`` of one company are."""
    return Facts(presences=tuple(_presence(device) for device in devices))


def _addition(row: rows.Addition, currency: str) -> rules.Addition:
    active = DateRange(row.start, row.end)
    product = row.product
    return rules.Addition(
        key=str(row.pk),
        description=row.description or product.name,
        active=active,
        source=_source(row),
        tariffs=tuple(_tariffs(row, active, currency)),
        kind=rules.Kind(row.kind),
        noun=rules.Noun(product.unit, product.units),
        included=row.included,
        tax_category=product.tax_category,
    )


def _source(row: rows.Addition) -> rules.Source:
    if row.source == Source.DEVICES:
        return rules.Counted(row.counts)
    if row.quantity is None:  # the database refuses it; never bill what nobody stated
        raise ValueError(f"{row} has no quantity")
    return rules.Fixed(row.quantity)


def _tariffs(row: rows.Addition, active: DateRange, currency: str) -> Iterable[Tariff]:
    for price in row.product.prices.all():
        if price.currency == currency:
            yield flat(price.start, price.unit_price)
    if row.override_price is not None:
        yield agreed(active, row.override_price)


def _presence(device: Device) -> Presence:
    return Presence(
        kind=device.kind,
        subject=device.hostname,
        active=DateRange(device.start, device.end),
        treatment=Treatment(device.treatment),
        price=device.custom_price,
    )
