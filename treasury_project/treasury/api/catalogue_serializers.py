"""The catalogue as the API shows and takes it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.serializers import FullCleanModelSerializer
from treasury.api.fields import PriceField
from treasury.catalogue.models import (
    Plan,
    PlanItem,
    PlanPrice,
    Product,
    ProductCost,
    ProductPrice,
)
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate


class Row(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A row to read."""


class ProductSerializer(FullCleanModelSerializer):
    """Something that is sold."""

    class Meta:
        model = Product
        fields = (
            "id", "sku", "name", "unit", "units", "tax_category", "income_account", "is_active",
        )  # fmt: skip


class ProductPriceSerializer(FullCleanModelSerializer):
    """A price holds from its first day until the next one begins; it is added, never edited."""

    unit_price = PriceField()

    class Meta:
        model = ProductPrice
        fields = ("id", "product", "currency", "unit_price", "start")


class ProductCostSerializer(FullCleanModelSerializer):
    """What a unit costs you from its first day on, for the profit; never on an invoice."""

    unit_cost = PriceField()

    class Meta:
        model = ProductCost
        fields = ("id", "product", "currency", "unit_cost", "start")


class PlanSerializer(FullCleanModelSerializer):
    """Products that are sold together."""

    products = serializers.SerializerMethodField()

    class Meta:
        model = Plan
        fields = ("id", "name", "description", "is_active", "products")

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_products(self, plan: Plan) -> list[str]:
        return [str(item.product_id) for item in plan.items.all()]


class PlanItemSerializer(FullCleanModelSerializer):
    """A product of a plan: it becomes a line of each agreement that takes the plan.

    `source` says where the quantity comes from; `counts` what is counted (`contact` for contacts),
    and `quantity` how many there are when it is `fixed`.
    """

    class Meta:
        model = PlanItem
        fields = (
            "id", "plan", "product", "source", "counts", "quantity", "included", "increment",
            "position",
        )  # fmt: skip


class PlanPriceSerializer(FullCleanModelSerializer):
    """The price of a product in a plan with a term, from its first day on."""

    unit_price = PriceField()

    class Meta:
        model = PlanPrice
        fields = ("id", "plan", "product", "term_months", "currency", "unit_price", "start")


class TaxRateSerializer(Row):
    """`end` is the first day it is no longer owed."""

    class Meta:
        model = TaxRate
        fields = ("id", "name", "category", "region", "percent", "start", "end")


class TaxSettingsSerializer(Row):
    """How the business that sends the invoices is taxed."""

    class Meta:
        model = Seller
        fields = ("name", "country", "tax_id", "currency", "tax_region", "tax_rounding")
