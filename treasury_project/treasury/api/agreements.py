"""Agreements over REST: agreed, changed, ended, renewed; their lines from a day on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.agreements import operations
from treasury.agreements.billed import is_billed
from treasury.agreements.models import Addition, Agreement
from treasury.api import agreement_serializers as serializers
from treasury.api import directory, filters
from treasury.api.viewsets import AddingViewSet, ChangingMixin

# Of a line that was billed: what is counted stays, or else end it and add another.
BILLED_LINE = ("product", "kind", "source", "counts", "start", "end")


@extend_schema(tags=["agreements"])
class AgreementViewSet(ChangingMixin, AddingViewSet):
    """What was agreed with companies."""

    queryset = Agreement.objects.prefetch_related("additions__tiers", "additions__discounts")
    serializer_class = serializers.AgreementSerializer
    filterset_class = filters.AgreementFilterSet
    if_match_actions = ("partial_update", "end", "renew")
    problem_statuses = (409, 503)
    orderings: ClassVar = {"title": ("title", "id")}

    def create(self, request: Request) -> Response:
        """Agree with a company; each product of `plan` becomes a line."""
        data = self.body(self.get_serializer_class())
        directory.company(request, data["company_id"])
        plan = data.pop("plan", None)
        made = operations.agree(Agreement(**data), plan=plan, by=self.by)
        return self.answer(self.found(made.pk), status.HTTP_201_CREATED)

    def save(self, row: Agreement) -> None:
        operations.change_terms(row, by=self.by)

    @extend_schema(request=serializers.LastDay, responses=serializers.AgreementSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def end(self, request: Request, pk: str) -> Response:
        """End it and its lines; what was billed beyond that day is given back."""
        row = self.matched(request, pk)
        day = self.body(serializers.LastDay)["last_day"]
        operations.end(row, last_day=day, by=self.by)
        return self.answer(self.found(row.pk))

    @extend_schema(request=None, responses=serializers.AgreementSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def renew(self, request: Request, pk: str) -> Response:
        """Let it go on for another term after its end."""
        row = self.matched(request, pk)
        operations.renew(row, by=self.by)
        return self.answer(self.found(row.pk))


@extend_schema(tags=["agreements"])
class AdditionViewSet(AddingViewSet):
    """The lines of agreements."""

    queryset = Addition.objects.select_related("agreement", "product").prefetch_related(
        "tiers", "discounts"
    )
    serializer_class = serializers.AdditionSerializer
    filterset_class = filters.AdditionFilterSet
    if_match_actions = ("partial_update", "end")
    orderings: ClassVar = {"id": ("id",)}

    @transaction.atomic
    def create(self, request: Request) -> Response:  # noqa: ARG002
        data = self.body(self.get_serializer_class())
        tiers = _tiers(data)
        row = Addition(**data, company_id=data["agreement"].company_id)
        operations.save_line(row, tiers, by=self.by)
        return self.answer(self.found(row.pk), status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ChangeAdditionSerializer, responses=serializers.AdditionSerializer
    )
    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a line. The answer is the line as it is from then on.

        Once it was billed, say `from_day`: the old line ends there and another one begins.
        """
        row = self.matched(request, pk)
        data = self.body(serializers.ChangeAdditionSerializer, instance=row, partial=True)
        billed, day = is_billed(row), data.pop("from_day", None)
        _refuse_what_was_billed(row, data, billed=billed, has_day=day is not None)
        kept = [(each.above, each.unit_price) for each in row.tiers.all()]
        tiers = _tiers(data) if "tiers" in data else kept
        for name, value in data.items():
            setattr(row, name, value)
        if day is not None:
            row = operations.change_line(row, tiers, from_day=day, by=self.by)
        else:
            operations.save_line(row, tiers, by=self.by)
        return self.answer(self.found(row.pk))

    @extend_schema(request=serializers.LastDay, responses=serializers.AdditionSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def end(self, request: Request, pk: str) -> Response:
        """Bill it for the last time on a day."""
        row = self.matched(request, pk)
        day = self.body(serializers.LastDay)["last_day"]
        operations.end_line(row, last_day=day, by=self.by)
        return self.answer(self.found(row.pk))


def _tiers(data: dict[str, Any]) -> operations.Tiers:
    return [(each["above"], each["unit_price"]) for each in data.pop("tiers", ())]


def _refuse_what_was_billed(
    row: Addition, data: dict[str, Any], *, billed: bool, has_day: bool
) -> None:
    """Raise ValidationError when ``data`` would rewrite bills, or does not say from which day."""
    if billed != has_day:
        words = (
            "It has been billed: say from which day on."
            if billed
            else "It was never billed: change it without."
        )
        raise ValidationError({"from_day": [words]})
    if not billed:
        return
    words = "It has been billed; to change this, end it and add another line."
    sent = {name: data[name] for name in BILLED_LINE if name in data}
    if changed := [name for name, value in sent.items() if value != getattr(row, name)]:
        raise ValidationError({name: [words] for name in changed})
