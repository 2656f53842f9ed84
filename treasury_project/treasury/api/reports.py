"""Reports over REST, by the same functions as the pages."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import may
from treasury.api import directory
from treasury.api import report_serializers as serializers
from treasury.api.viewsets import TreasuryView
from treasury.billing_rules.periods import add_months
from treasury.invoices.running import people_of_nexus
from treasury.overview.prepaid import of_company
from treasury.payments import accounts
from treasury.payments.clients import names_of
from treasury.receivables.aging import aged_receivables, totals
from treasury.receivables.statements import statements
from treasury.reports import profit, recurring
from treasury.seller.models import Seller

DAYS = ("first", "last")


class ReportView(TreasuryView):
    """One answer, computed now; ``days`` are those of the page when none are given."""

    capability = "reports.view"
    pagination_class = None

    def days(self, first: date, last: date) -> tuple[date, date]:
        """Return the days asked for. Raises ValidationError."""
        given = {"first": first, "last": last}
        form = serializers.Days(data=self.request.query_params, context={"days": given})
        form.is_valid(raise_exception=True)
        return form.validated_data["first"], form.validated_data["last"]

    def known_company(self, company: uuid.UUID, capability: str) -> None:
        """Raise Http404 for another company than the client's own, or one that nobody knows."""
        if getattr(self.caller, "company_id", None) == company:
            return
        if not may(self.caller, capability):
            raise Http404
        if company in names_of([company]):
            return
        try:
            directory.company(self.request, company)
        except ValidationError as unknown:
            raise Http404 from unknown


def _seller() -> tuple[str, Decimal]:
    """Return our currency, and what an hour of work costs us."""
    row = Seller.objects.defer("logo").first()
    return (row.currency, row.hour_cost) if row else ("EUR", Decimal(0))


@extend_schema(tags=["reports"])
class StatementView(ReportView):
    """The account of a client; clients read their own. The last year, unless days are given."""

    serializer_class = serializers.StatementSerializer
    capability = "statements.view"
    query_parameters = DAYS
    problem_statuses = (503,)

    @extend_schema(parameters=[serializers.Days])
    def get(self, request: Request, company: uuid.UUID) -> Response:  # noqa: ARG002
        self.known_company(company, "payments.view")
        today = timezone.localdate()
        first, last = self.days(today - timedelta(days=365), today)
        found = {
            "company": company, "first": first, "last": last,
            "accounts": statements(company, first, last),
        }  # fmt: skip
        context = {"internal": may(self.caller, "payments.view")}
        return Response(self.serializer_class(found, context=context).data)


@extend_schema(tags=["reports"])
class ReceivablesView(ReportView):
    """Aged receivables as of a day."""

    serializer_class = serializers.ReceivablesSerializer
    capability = "payments.view"
    query_parameters = ("on",)

    @extend_schema(parameters=[serializers.AsOf])
    def get(self, request: Request) -> Response:
        form = serializers.AsOf(data=request.query_params)
        form.is_valid(raise_exception=True)
        today = timezone.localdate()
        on = form.validated_data.get("on", today)
        rows = sorted(
            aged_receivables(on, today),
            key=lambda row: (row.currency, -row.owed.amount, str(row.company_id)),
        )
        found = {"on": on, "rows": rows, "totals": totals(rows)}
        return Response(self.serializer_class(found).data)


@extend_schema(tags=["reports"])
class RevenueView(ReportView):
    """Recurring revenue and its movement, since the first day of the month before."""

    serializer_class = serializers.RevenueSerializer
    query_parameters = DAYS
    problem_statuses = (503,)

    @extend_schema(parameters=[serializers.Days])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        today = timezone.localdate()
        first, last = self.days(add_months(today.replace(day=1), -1), today)
        currency, _ = _seller()
        found = recurring.report(first, last, currency, people_of_nexus(self.nexus_caller))
        shown: dict[str, Any] = {name: getattr(found, name) for name in found.__dataclass_fields__}
        shown |= {"first": first, "last": last, "currency": currency}
        return Response(self.serializer_class(shown).data)


@extend_schema(tags=["reports"])
class ProfitabilityView(ReportView):
    """Profit per client, in the last month unless days are given."""

    serializer_class = serializers.ProfitabilitySerializer
    query_parameters = DAYS

    @extend_schema(parameters=[serializers.Days])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        before = timezone.localdate().replace(day=1) - timedelta(days=1)
        first, last = self.days(before.replace(day=1), before)
        currency, hour_cost = _seller()
        rows = profit.by_client(first, last, currency, hour_cost)
        found = {"first": first, "last": last, "currency": currency, "rows": rows}
        return Response(self.serializer_class(found).data)


@extend_schema(tags=["reports"])
class PrepaidView(ReportView):
    """What is left of prepaid hours; clients read their own."""

    serializer_class = serializers.PrepaidSerializer
    capability = ("usage.view", "usage.own")  # type: ignore[assignment]
    problem_statuses = (503,)

    def get(self, request: Request, company: uuid.UUID) -> Response:  # noqa: ARG002
        self.known_company(company, "usage.view")
        found = {"company": company, "pools": of_company(company, timezone.localdate())}
        return Response(self.serializer_class(found).data)


@extend_schema(tags=["payments"])
class CreditView(ReportView):
    """The credit that a client has, and where it comes from."""

    serializer_class = serializers.CreditSerializer
    capability = "payments.view"
    query_parameters = ("currency",)
    problem_statuses = (503,)

    @extend_schema(parameters=[OpenApiParameter("currency", str, description="Ours if not given.")])
    def get(self, request: Request, company: uuid.UUID) -> Response:
        self.known_company(company, "payments.view")
        currency = request.query_params.get("currency") or _seller()[0]
        if not (len(currency) == len("EUR") and currency.isascii() and currency.isupper()):
            raise ValidationError({"currency": ["Use the three capital letters of ISO 4217."]})
        found = {
            "company": company,
            "currency": currency,
            "credit": accounts.credit_total(company, currency),
            "sources": accounts.credits_of(company, currency),
        }
        return Response(self.serializer_class(found).data)
