"""The month over REST: runs that draft, approvals that issue."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from treasury.api import filters
from treasury.api import invoice_serializers as serializers
from treasury.api.viewsets import ReadingViewSet
from treasury.billing import operations, queries
from treasury.billing.models import Approval
from treasury.invoices.models import BillingRun
from treasury.retries.api import KEY_IF_ANY

READ: dict[str, Any] = {"list": "invoices.internal", "retrieve": "invoices.internal"}


@extend_schema(tags=["billing"])
class RunViewSet(ReadingViewSet):
    """Runs of the billing; a POST asks for one, and the worker does it."""

    queryset = BillingRun.objects.all()
    serializer_class = serializers.RunSerializer
    filterset_class = filters.RunFilterSet
    capability = "invoices.issue"
    capabilities: ClassVar = READ
    problem_statuses = (422,)
    orderings: ClassVar = {"asked_at": ("asked_at", "id")}

    @extend_schema(
        request=None, responses={202: serializers.RunSerializer}, parameters=[KEY_IF_ANY]
    )
    def create(self, request: Request) -> Response:
        """Draft what is due today. A run that waits already is the one."""

        def do() -> Response:
            return self.answer(operations.ask_for_run(by=self.by), status.HTTP_202_ACCEPTED)

        return self.once(request, do, required=False)


@extend_schema(tags=["billing"])
class ApprovalViewSet(ReadingViewSet):
    """Drafts that were looked at; a POST lets the worker issue them, and send them."""

    queryset = Approval.objects.all()
    serializer_class = serializers.ApprovalSerializer
    filterset_class = filters.RunFilterSet
    capability = "invoices.issue"
    capabilities: ClassVar = READ
    problem_statuses = (422,)
    orderings: ClassVar = {"asked_at": ("asked_at", "id")}

    @extend_schema(
        request=serializers.NewApproval,
        responses={202: serializers.ApprovalSerializer},
        parameters=[KEY_IF_ANY],
    )
    def create(self, request: Request) -> Response:
        """Issue drafts, each as it was looked at: one that went stale is refused."""

        def do() -> Response:
            data = self.body(serializers.NewApproval)
            wanted = list(dict.fromkeys(data["invoices"]))
            if queries.drafts().filter(pk__in=wanted).count() != len(wanted):
                raise ValidationError({"invoices": ["Some of these are no drafts."]})
            made = operations.approve(wanted, send=data["send"], by=self.by)
            return self.answer(made, status.HTTP_202_ACCEPTED)

        return self.once(request, do, required=False)
