"""The lines of an agreement as people read them, each with its price today and whence it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from treasury.agreements.models import Addition, Agreement, Discount, Tier
from treasury.catalogue.models import PlanPrice, ProductPrice


@dataclass(frozen=True, slots=True)
class Shown:
    """A line; ``price`` is None where it depends on the number, or where there is none."""

    addition: Addition
    price: Decimal | None
    origin: str
    tiers: Sequence[Tier]
    discounts: Sequence[Discount]

    @property
    def last_day(self) -> date | None:
        """The last day it is billed; None while it lasts."""
        return self.addition.last_day


def lines_of(agreement: Agreement, today: date) -> list[Shown]:
    """Return the lines, those in force first; a fixed number of queries."""
    rows: Any = (
        agreement.additions.select_related("product")
        .prefetch_related(
            Prefetch("tiers", Tier.objects.order_by("above")),
            Prefetch("discounts", Discount.objects.order_by("start")),
            Prefetch("product__prices", ProductPrice.objects.order_by("start")),
        )
        .order_by("position", "start", "pk")
    )
    plan = PlanPrice.objects.filter(
        plan=agreement.plan_id, term_months=agreement.term_months, currency=agreement.currency
    ).order_by("start")
    by_product: dict[Any, list[PlanPrice]] = {}
    for price in plan:
        by_product.setdefault(price.product_id, []).append(price)
    found = [_shown(row, agreement, by_product, today) for row in rows]
    return sorted(found, key=lambda each: each.last_day is not None and each.last_day < today)


def _shown(row: Any, agreement: Agreement, plan: dict[Any, list[PlanPrice]], today: date) -> Shown:
    tiers, discounts = list(row.tiers.all()), list(row.discounts.all())
    if tiers:
        return Shown(row, None, "agreed, by number", tiers, discounts)
    if row.override_price is not None:
        return Shown(row, row.override_price, "agreed", tiers, discounts)
    day = max(today, row.start)
    prices: Sequence[Any] = plan.get(row.product_id, ())
    origin = "plan"
    if not prices:
        every = row.product.prices.all()
        prices, origin = [p for p in every if p.currency == agreement.currency], "list"
    begun = [each for each in prices if each.start <= day]
    if not begun:
        return Shown(row, None, "no price", tiers, discounts)
    return Shown(row, begun[-1].unit_price, origin, tiers, discounts)
