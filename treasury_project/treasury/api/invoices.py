"""Invoices and credit notes over REST: reading, putting drafts right, issuing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import load_or_404
from hm_auth.rest.problems import Conflict
from treasury.api import filters
from treasury.api import invoice_serializers as serializers
from treasury.api.documents import DocumentsMixin
from treasury.api.settling import SettlingMixin
from treasury.api.viewsets import ReadingViewSet
from treasury.billing import drafting, queries
from treasury.invoices import issuing
from treasury.invoices.clients import clients_today
from treasury.invoices.models import Invoice, Status
from treasury.invoices.running import people_of_nexus
from treasury.retries.api import KEY_IF_ANY

READ = ("list", "retrieve", "pdf", "cii", "ubl")
# Drafts have no such day: a list in this order leaves them out.
OF_ISSUED = {"issued_on": ("issued_on", "id")}


@extend_schema(tags=["invoices"])
class InvoiceViewSet(DocumentsMixin, SettlingMixin, ReadingViewSet):
    """Invoices and credit notes. Clients read the issued ones of their own company."""

    queryset = Invoice.objects.all()
    filterset_class = filters.InvoiceFilterSet
    capability = "invoices.issue"
    capabilities: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(READ, "invoices.view"),
        "review": "invoices.internal",
        "send": "invoices.send",
        **dict.fromkeys(("credit", "use_credit", "write_off"), "payments.manage"),
    }
    if_match_actions = ("partial_update", "destroy")
    problem_statuses = (409, 422, 503)
    orderings: ClassVar = {"period_start": ("period_start", "id"), **OF_ISSUED}

    def get_serializer_class(self) -> Any:
        if getattr(self, "action", "") == "list":
            return serializers.InvoiceRowSerializer
        return serializers.InvoiceSerializer

    def get_queryset(self) -> Any:
        return Invoice.objects.visible_to(self.caller)

    def filter_queryset(self, queryset: Any) -> Any:
        ordering = self.request.query_params.get("ordering", "").removeprefix("-")
        rows = super().filter_queryset(queryset)
        return rows.exclude(status=Status.DRAFT) if ordering in OF_ISSUED else rows

    @extend_schema(request=serializers.ChangeDraft, responses=serializers.InvoiceSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        """Let a draft name the client's order. All else of it follows from the agreement."""
        row = self.matched(request, pk)
        data = self.body(serializers.ChangeDraft, instance=row, partial=True)
        drafting.name_order(row, po_number=data.get("po_number", row.po_number))
        return self.answer(self.found(pk))

    @transaction.atomic
    def destroy(self, request: Request, pk: str) -> Response:
        """Discard a draft. The next run makes it again unless its cause is gone."""
        drafting.discard(self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=serializers.InvoiceSerializer, parameters=[KEY_IF_ANY])
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """Give a draft its number and make it final; one that went stale is put right: 409."""
        refused: list[issuing.NotIssued] = []

        def do() -> Response:
            try:
                return self.answer(self._issue(pk))
            except issuing.NotIssued as problem:  # it was put right: that must not be undone
                refused.append(problem)
                return Response(status=status.HTTP_409_CONFLICT)

        answer = self.once(request, do, required=False)
        if refused:
            raise refused[0]
        return answer

    @extend_schema(request=None, responses=serializers.InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def recalculate(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Put a draft right by today's facts; 409 when it cannot be billed any more."""
        row = self._draft(pk)
        run = drafting.recalculate(row, caller=self.nexus_caller, by=self.by)
        found = Invoice.objects.filter(pk=row.pk).first()
        if found is None:
            reasons = [reason for each in run.left_out for reason in each.reasons]
            raise Conflict(f"It cannot be billed now: {'; '.join(reasons) or 'it is not due'}.")
        return self.answer(found)

    @extend_schema(
        request=serializers.NewLine,
        responses={201: serializers.InvoiceSerializer},
        parameters=[KEY_IF_ANY],
    )
    @action(detail=True, methods=["post"])
    def lines(self, request: Request, pk: str) -> Response:
        """Bill something once with a draft: a line of its agreement, as all lines are."""

        def do() -> Response:
            row = self._draft(pk)
            data = self.body(serializers.NewLine)
            drafting.add_line(row, **data, caller=self.nexus_caller, by=self.by)
            found = self.found(pk)
            return self.answer(found, status.HTTP_201_CREATED)

        return self.once(request, do, required=False)

    @extend_schema(responses=serializers.ReviewSerializer)
    @action(detail=True, methods=["get"])
    def review(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Why a draft differs from the invoice before it, and what to look at."""
        row = load_or_404(queries.drafts(), pk=pk)
        queries.explain([row])
        return Response(serializers.ReviewSerializer(row).data)

    def _issue(self, pk: str) -> Invoice:
        row = self._draft(pk)
        clients = clients_today(self.nexus_caller, [row.company_id])
        if row.company_id not in clients:
            raise Conflict("Nexus does not know this company.")
        return issuing.issue(
            row,
            client=clients[row.company_id],
            today=timezone.localdate(),
            by=self.by,
            contacts=people_of_nexus(self.nexus_caller),
        )

    def _draft(self, pk: str) -> Invoice:
        """Return a draft with its agreement. Raises Http404, Conflict."""
        row = load_or_404(self.get_queryset().select_related("agreement"), pk=pk)
        if row.status != Status.DRAFT:
            raise Conflict(f"{row.label} has been issued already.", code="not_a_draft")
        return row  # type: ignore[no-any-return]
