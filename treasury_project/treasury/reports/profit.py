"""Profit per client: what was issued, less what the goods cost us and the hours we worked."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from treasury.agreements.models import Addition
from treasury.billing_rules.money import Money, rounded
from treasury.catalogue.models import ProductCost
from treasury.invoices.models import Invoice, InvoiceLine, Status
from treasury.usage.models import TimeEntry


@dataclass(frozen=True, slots=True)
class Profit:
    """Of one client: ``revenue`` net of taxes, ``goods`` and ``work`` what they cost us."""

    company_id: uuid.UUID
    revenue: Money
    goods: Money
    work: Money
    minutes: int

    @property
    def profit(self) -> Money:
        return self.revenue - self.goods - self.work

    @property
    def margin(self) -> int | None:
        """Percent of the revenue; None without any."""
        if self.revenue.amount <= 0:
            return None
        return int(100 * self.profit.amount / self.revenue.amount)


def by_client(first: date, last: date, currency: str, hour_cost: Decimal) -> list[Profit]:
    """Return what was earned with each client by invoices issued from ``first`` to ``last``.

    Work is what was done on these days, billed or not. Six queries; the most profitable first.
    """
    issued = Invoice.objects.exclude(status=Status.DRAFT).filter(
        issued_on__gte=first, issued_on__lte=last, currency=currency
    )
    revenue = dict(issued.values_list("company_id").annotate(Sum("net")))
    goods = _goods(issued, currency)
    done = TimeEntry.objects.filter(day__gte=first, day__lte=last)
    minutes = dict(done.values_list("company_id").annotate(Sum("minutes")))
    found = [
        Profit(
            company,
            Money(revenue.get(company, Decimal(0)), currency),
            rounded(goods.get(company, Fraction(0)), currency),
            rounded(Fraction(hour_cost) * minutes.get(company, 0) / 60, currency),
            minutes.get(company, 0),
        )
        for company in {*revenue, *goods, *minutes}
    ]
    return sorted(found, key=lambda each: (-each.profit.amount, str(each.company_id)))


def _goods(issued: Any, currency: str) -> Mapping[uuid.UUID, Fraction]:
    """Return what the counted units of the lines cost us; credit notes give none of it back."""
    lines = InvoiceLine.objects.filter(invoice__in=issued.filter(kind="invoice"))
    products = {str(pk): product for pk, product in Addition.objects.values_list("pk", "product")}
    costs = _Costs(currency)
    found: dict[uuid.UUID, Fraction] = defaultdict(Fraction)
    values = lines.values_list(
        "invoice__company_id", "explanation__key", "explanation__basis__parts", "explanation__is"
    )
    for company, key, parts, basis in values.iterator(chunk_size=5000):
        product = products.get(str(key))
        if basis == "Counting" and product is not None:
            found[company] += costs.of(product, parts or ())
    return found


class _Costs:
    """The costs of a unit of each product, by the day from which each holds."""

    def __init__(self, currency: str) -> None:
        self._days: dict[uuid.UUID, list[date]] = defaultdict(list)
        self._costs: dict[uuid.UUID, list[Fraction]] = defaultdict(list)
        for row in ProductCost.objects.filter(currency=currency).order_by("product", "start"):
            self._days[row.product_id].append(row.start)
            self._costs[row.product_id].append(Fraction(row.unit_cost))

    def of(self, product: uuid.UUID, parts: Iterable[Mapping[str, Any]]) -> Fraction:
        """Return what the units of ``parts`` cost: each for its share of a month, or of a year."""
        whole = Fraction(0)
        for part in parts:
            day = date.fromisoformat(part["days"].split("/")[0])
            place = bisect_right(self._days[product], day)
            if place:
                cost = self._costs[product][place - 1]
                whole += cost * Fraction(part["quantity"]) * Fraction(part["share"])
        return whole
