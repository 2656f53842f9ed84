"""Agreements with all that the billing rules read of them: eight queries, however many there are.

Everything hangs on plain lists. ``prefetch_related`` would ask by the id of every line, and for
ten thousand of them that alone takes longer than to compute what they cost.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from treasury.agreements import models as rows
from treasury.catalogue.models import PlanPrice, Product, ProductPrice

Grouped = dict[uuid.UUID, list[Any]]


def loaded(agreements: Iterable[rows.Agreement]) -> list[Any]:
    """Return ``agreements``, each with its lines, prices and prepaid hours loaded."""
    found: list[Any] = list(agreements)
    pks = [row.pk for row in found]
    additions = _additions(pks)
    plans = {row.plan_id for row in found}
    plan_prices = _by("plan_id", PlanPrice.objects.filter(plan__in=plans))
    allowances = _by("agreement_id", rows.Allowance.objects.filter(agreement__in=pks))
    blocks = _by("agreement_id", rows.PrepaidBlock.objects.filter(agreement__in=pks))
    for row in found:
        row.loaded_additions = additions[row.pk]
        row.loaded_plan_prices = plan_prices[row.plan_id]
        row.loaded_allowances = allowances[row.pk]
        row.loaded_blocks = blocks[row.pk]
    return found


def _additions(agreements: Sequence[uuid.UUID]) -> Grouped:
    found: list[Any] = list(rows.Addition.objects.filter(agreement__in=agreements))
    # Only a few have tiers or discounts: they are asked for by the agreement, not by the line.
    of_these = {"addition__agreement__in": agreements}
    tiers = _by("addition_id", rows.Tier.objects.filter(**of_these).order_by("above"))
    discounts = _by("addition_id", rows.Discount.objects.filter(**of_these).order_by("pk"))
    products = _products({row.product_id for row in found})
    for row in found:
        row.product = products[row.product_id]
        row.loaded_tiers = tiers[row.pk]
        row.loaded_discounts = discounts[row.pk]
    return _by("agreement_id", found)


def _products(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, Any]:
    found: dict[uuid.UUID, Any] = Product.objects.in_bulk(list(pks))
    prices = _by("product_id", ProductPrice.objects.filter(product__in=found))
    for pk, product in found.items():
        product.loaded_prices = prices[pk]
    return found


def _by(name: str, found: Iterable[Any]) -> Grouped:
    key = attrgetter(name)
    grouped: Grouped = defaultdict(list)
    for row in found:
        grouped[key(row)].append(row)
    return grouped
