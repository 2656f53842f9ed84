"""Products, plans, their prices, and taxes over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.api import catalogue_serializers as serializers
from treasury.api import filters
from treasury.api.viewsets import (
    AddingViewSet,
    ChangingMixin,
    ReadingViewSet,
    RemovingMixin,
    TreasuryView,
)
from treasury.catalogue.models import (
    Plan,
    PlanItem,
    PlanPrice,
    Product,
    ProductCost,
    ProductPrice,
)
from treasury.recorded import Refused
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate


@extend_schema(tags=["catalogue"])
class ProductViewSet(ChangingMixin, AddingViewSet):
    queryset = Product.objects.all()
    serializer_class = serializers.ProductSerializer
    filterset_class = filters.ProductFilterSet
    orderings: ClassVar = {"sku": ("sku",)}


class PriceViewSet(RemovingMixin, AddingViewSet):
    """Prices are added, never changed; one that has not begun can be taken back."""

    orderings: ClassVar = {"id": ("id",)}

    def remove(self, row: Any) -> None:
        if row.start <= timezone.localdate():
            raise Refused("It has begun: add the price that follows it.")
        super().remove(row)


@extend_schema(tags=["catalogue"])
class ProductPriceViewSet(PriceViewSet):
    queryset = ProductPrice.objects.all()
    serializer_class = serializers.ProductPriceSerializer
    filterset_class = filters.PriceFilterSet


@extend_schema(tags=["catalogue"])
class ProductCostViewSet(AddingViewSet):
    queryset = ProductCost.objects.all()
    serializer_class = serializers.ProductCostSerializer
    filterset_class = filters.PriceFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["catalogue"])
class PlanViewSet(ChangingMixin, AddingViewSet):
    queryset = Plan.objects.prefetch_related("items")
    serializer_class = serializers.PlanSerializer
    filterset_class = filters.PlanFilterSet
    orderings: ClassVar = {"name": ("name",)}


@extend_schema(tags=["catalogue"])
class PlanItemViewSet(RemovingMixin, AddingViewSet):
    """Agreements that have a product of a plan keep it when it is taken out."""

    queryset = PlanItem.objects.all()
    serializer_class = serializers.PlanItemSerializer
    filterset_class = filters.PlanItemFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["catalogue"])
class PlanPriceViewSet(PriceViewSet):
    queryset = PlanPrice.objects.all()
    serializer_class = serializers.PlanPriceSerializer
    filterset_class = filters.PlanPriceFilterSet


@extend_schema(tags=["taxes"])
class TaxRateViewSet(ReadingViewSet):
    """Rates are set on the pages, by admins."""

    queryset = TaxRate.objects.all()
    serializer_class = serializers.TaxRateSerializer
    filterset_class = filters.TaxRateFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["taxes"])
class TaxSettingsView(TreasuryView):
    """The country, region and rounding that invoices are taxed by; set on the pages, by admins."""

    serializer_class = serializers.TaxSettingsSerializer
    capability = "agreements.view"
    pagination_class = None
    problem_statuses = (404,)

    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        row = Seller.objects.defer("logo").first()
        if row is None:
            raise Http404
        return Response(self.get_serializer(row).data)
