"""Reminders and late fees over REST: suggested by policy, decided by somebody."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from treasury.api import dunning_serializers as serializers
from treasury.api import filters
from treasury.api.viewsets import ReadingViewSet, TreasuryView
from treasury.delivery.recipients import invoice_emails
from treasury.dunning import operations
from treasury.dunning.models import Notice
from treasury.dunning.suggestions import companies, named, page
from treasury.retries.api import KEY_IF_ANY


@extend_schema(tags=["dunning"])
class SuggestionsView(TreasuryView):
    """What can be done about overdue invoices today, some invoices at a time."""

    serializer_class = serializers.SuggestionsSerializer
    capability = "payments.view"
    pagination_class = None
    query_parameters = ("cursor",)

    @extend_schema(parameters=[OpenApiParameter("cursor", str, description="Taken from `next`.")])
    def get(self, request: Request) -> Response:
        found = page(timezone.localdate(), request.query_params.get("cursor"))
        url = request.build_absolute_uri()
        following = replace_query_param(url, "cursor", found.next) if found.next else None
        shown = {"suggestions": found.rows, "next": following}
        return Response(self.serializer_class(shown).data)


class DecisionView(TreasuryView):
    """What is decided is decided once; a retry finds nothing left to do."""

    serializer_class = serializers.DecidedSerializer
    capability = "payments.manage"
    pagination_class = None
    problem_statuses = (422, 503)

    def decided(self, done: operations.Decided) -> Response:
        """Answer what was recorded."""
        return Response(self.serializer_class(done).data)


@extend_schema(tags=["dunning"])
class ApproveView(DecisionView):
    """Send reminders, and charge fees with the next invoices."""

    @extend_schema(request=serializers.Approved, parameters=[KEY_IF_ANY])
    def post(self, request: Request) -> Response:
        def do() -> Response:
            keys, today = self.body(serializers.Approved)["keys"], timezone.localdate()
            concerned = companies(named(keys, today))
            to = invoice_emails(self.nexus_caller, concerned)
            return self.decided(operations.approve(keys, to=to, today=today, by=self.by))

        return self.once(request, do, required=False)


@extend_schema(tags=["dunning"])
class DismissView(DecisionView):
    """Do nothing, and say why; that stage is not suggested again."""

    @extend_schema(request=serializers.Dismissed, parameters=[KEY_IF_ANY])
    def post(self, request: Request) -> Response:
        def do() -> Response:
            data: dict[str, Any] = self.body(serializers.Dismissed)
            today = timezone.localdate()
            return self.decided(operations.dismiss(**data, today=today, by=self.by))

        return self.once(request, do, required=False)


@extend_schema(tags=["dunning"])
class NoticeViewSet(ReadingViewSet):
    """What was decided on reminders and late fees."""

    queryset = Notice.objects.all()
    serializer_class = serializers.NoticeSerializer
    filterset_class = filters.NoticeFilterSet
    capability = "payments.view"
    orderings: ClassVar = {"id": ("id",)}
