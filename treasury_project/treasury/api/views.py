"""The catalogue, agreements and usage over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from hm_auth.access import load_or_404
from hm_auth.rest.filters import StrictFilterBackend
from hm_auth.rest.problems import Conflict
from hm_auth.rest.views import RestView
from treasury.agreements.models import Addition, Agreement
from treasury.api import filters, serializers
from treasury.catalogue.models import Plan, PlanPrice, Product, ProductPrice
from treasury.recorded import Refused, recorded
from treasury.taxes.models import TaxRate
from treasury.usage.models import Device, Reading, TimeEntry


class ReadingViewSet(ViewSetMixin, RestView):
    """A list and its rows, cut to what the caller may see."""

    queryset: Any
    filter_backends = (StrictFilterBackend,)
    capability = "agreements.view"

    def get_queryset(self) -> Any:
        return self.queryset.all()

    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return self.answer_list(self.get_queryset())

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return Response(self.get_serializer(load_or_404(self.get_queryset(), pk=pk)).data)


class AddingViewSet(ReadingViewSet):
    """Rows that can be added, and stay as they were added."""

    capability = "agreements.manage"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "agreements.view", "retrieve": "agreements.view",
    }  # fmt: skip
    problem_statuses = (409,)

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = self.queryset.model(**form.validated_data)
        try:
            with recorded(by=self.caller, reason="Added by the API"):
                row.save()
        except Refused as problem:
            raise Conflict(str(problem)) from problem
        return Response(self.get_serializer(row).data, status.HTTP_201_CREATED)


@extend_schema(tags=["catalogue"])
class ProductViewSet(AddingViewSet):
    queryset = Product.objects.all()
    serializer_class = serializers.ProductSerializer
    orderings: ClassVar = {"sku": ("sku",)}


@extend_schema(tags=["catalogue"])
class ProductPriceViewSet(AddingViewSet):
    queryset = ProductPrice.objects.all()
    serializer_class = serializers.ProductPriceSerializer
    filterset_class = filters.PriceFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["catalogue"])
class PlanViewSet(ReadingViewSet):
    queryset = Plan.objects.prefetch_related("items")
    serializer_class = serializers.PlanSerializer
    orderings: ClassVar = {"name": ("name",)}


@extend_schema(tags=["catalogue"])
class PlanPriceViewSet(AddingViewSet):
    queryset = PlanPrice.objects.all()
    serializer_class = serializers.PlanPriceSerializer
    filterset_class = filters.PriceFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["catalogue"])
class TaxRateViewSet(ReadingViewSet):
    queryset = TaxRate.objects.all()
    serializer_class = serializers.TaxRateSerializer
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["agreements"])
class AgreementViewSet(ReadingViewSet):
    queryset = Agreement.objects.prefetch_related("additions")
    serializer_class = serializers.AgreementSerializer
    filterset_class = filters.CompanyFilterSet
    orderings: ClassVar = {"title": ("title", "id")}


@extend_schema(tags=["agreements"])
class AdditionViewSet(ReadingViewSet):
    queryset = Addition.objects.all()
    serializer_class = serializers.AdditionSerializer
    filterset_class = filters.CompanyFilterSet
    orderings: ClassVar = {"id": ("id",)}


class UsageViewSet(ReadingViewSet):
    """Rows of usage are pushed by ``/api/usage/…`` and read here; clients read their own."""

    capability = "usage.view"
    capabilities: ClassVar[dict[str, tuple[str, ...]]] = {
        "list": ("usage.view", "usage.own"), "retrieve": ("usage.view", "usage.own"),
    }  # type: ignore[assignment]  # fmt: skip

    def get_queryset(self) -> Any:
        return self.queryset.visible_to(self.caller)


@extend_schema(tags=["usage"])
class DeviceViewSet(UsageViewSet):
    queryset = Device.objects.all()
    serializer_class = serializers.DeviceSerializer
    filterset_class = filters.CompanyFilterSet
    orderings: ClassVar = {"hostname": ("hostname", "id")}


@extend_schema(tags=["usage"])
class ReadingRowViewSet(UsageViewSet):
    queryset = Reading.objects.all()
    serializer_class = serializers.ReadingSerializer
    filterset_class = filters.DayFilterSet
    orderings: ClassVar = {"id": ("id",)}


@extend_schema(tags=["usage"])
class TimeEntryViewSet(UsageViewSet):
    queryset = TimeEntry.objects.select_related("billed")
    serializer_class = serializers.TimeEntrySerializer
    filterset_class = filters.DayFilterSet
    orderings: ClassVar = {"day": ("day", "id")}
