"""Invoices, runs and payments over REST."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import load_or_404
from hm_auth.exceptions import NexusRefused
from hm_auth.rest.problems import Conflict, Unavailable
from treasury.api import filters, serializers
from treasury.api.views import ReadingViewSet
from treasury.billing import drafting, operations
from treasury.billing_rules.money import Money
from treasury.invoices import credit_notes, issuing
from treasury.invoices.clients import clients_today
from treasury.invoices.models import BillingRun, Invoice, Status
from treasury.invoices.running import people_of_nexus
from treasury.payments import operations as payments
from treasury.payments.models import Payment

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    required=True,
    description="A UUID that is new for each payment; it becomes its id, so that a retry of the "
    "same request is refused with 409 and records nothing twice.",
)


@extend_schema(tags=["invoices"])
class InvoiceViewSet(ReadingViewSet):
    """Invoices and credit notes. Clients read the issued ones of their own company."""

    queryset = Invoice.objects.all()
    filterset_class = filters.InvoiceFilterSet
    capability = "invoices.issue"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "invoices.view", "retrieve": "invoices.view", "credit": "payments.manage",
    }  # fmt: skip
    problem_statuses = (409, 503)
    orderings: ClassVar = {"period_start": ("period_start", "id")}

    def get_serializer_class(self) -> Any:
        if getattr(self, "action", "") == "list":
            return serializers.InvoiceRowSerializer
        return serializers.InvoiceSerializer

    def get_queryset(self) -> Any:
        return Invoice.objects.visible_to(self.caller)

    @extend_schema(request=None, responses=serializers.InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """Give a draft its number and make it final; one that went stale is put right: 409."""
        row = load_or_404(self.get_queryset(), pk=pk)
        if row.status != Status.DRAFT:
            raise Conflict(f"{row.label} has been issued already.", code="not_a_draft")
        try:
            clients = clients_today(request.auth, [row.company_id])  # type: ignore[arg-type]
        except NexusRefused as refusal:
            raise Unavailable("Nexus does not tell who the client is.") from refusal
        if row.company_id not in clients:
            raise Conflict("Nexus does not know this company.")
        try:
            done = issuing.issue(
                row,
                client=clients[row.company_id],
                today=timezone.localdate(),
                by=self.caller,
                contacts=people_of_nexus(request.auth),  # type: ignore[arg-type]
            )
        except (issuing.NotIssued, issuing.NotADraft) as problem:
            raise Conflict(str(problem), code=problem.code) from problem
        return Response(self.get_serializer(done).data)

    @extend_schema(request=None, responses=serializers.InvoiceSerializer)
    @action(detail=True, methods=["post"])
    def recalculate(self, request: Request, pk: str) -> Response:
        """Put a draft right by today's facts; 409 when it cannot be billed any more."""
        row = load_or_404(self.get_queryset().select_related("agreement"), pk=pk)
        if row.status != Status.DRAFT:
            raise Conflict(f"{row.label} has been issued already.", code="not_a_draft")
        run = drafting.recalculate(row, caller=request.auth, by=self.caller)  # type: ignore[arg-type]
        found = Invoice.objects.filter(pk=row.pk).first()
        if found is None:
            reasons = [reason for each in run.left_out for reason in each.reasons]
            raise Conflict(f"It cannot be billed now: {'; '.join(reasons) or 'it is not due'}.")
        return Response(self.get_serializer(found).data)

    @extend_schema(
        request=serializers.NewCreditNote, responses={201: serializers.InvoiceSerializer}
    )
    @action(detail=True, methods=["post"], url_path="credit-notes")
    def credit(self, request: Request, pk: str) -> Response:
        """Take back an issued invoice, or a part of it."""
        row = load_or_404(self.get_queryset(), pk=pk)
        form = serializers.NewCreditNote(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data.get("amounts")
        try:
            amounts = given and {name: Money(each, row.currency) for name, each in given.items()}
            made = credit_notes.issue_credit_note(
                row,
                amounts=amounts,
                reason=form.validated_data["reason"],
                today=timezone.localdate(),
                by=self.caller,
            )
        except ValueError as problem:
            raise ValidationError({"amounts": [str(problem)]}) from problem
        except credit_notes.CannotCredit as problem:
            raise Conflict(str(problem), code="not_possible") from problem
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


@extend_schema(tags=["invoices"])
class RunViewSet(ReadingViewSet):
    """Runs of the billing; a POST asks for one, and the worker does it."""

    queryset = BillingRun.objects.all()
    serializer_class = serializers.RunSerializer
    capability = "invoices.issue"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "invoices.internal", "retrieve": "invoices.internal",
    }  # fmt: skip
    orderings: ClassVar = {"asked_at": ("asked_at", "id")}

    @extend_schema(request=None, responses={202: serializers.RunSerializer})
    def create(self, request: Request) -> Response:  # noqa: ARG002
        run = operations.ask_for_run(by=self.caller)
        return Response(self.get_serializer(run).data, status.HTTP_202_ACCEPTED)


@extend_schema(tags=["payments"])
class PaymentViewSet(ReadingViewSet):
    queryset = Payment.objects.all()
    serializer_class = serializers.PaymentSerializer
    filterset_class = filters.PaymentFilterSet
    capability = "payments.manage"
    problem_statuses = (409,)
    orderings: ClassVar = {"received_on": ("received_on", "id")}

    @extend_schema(
        request=serializers.NewPayment,
        responses={201: serializers.PaymentSerializer},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Record a payment; it pays the invoices named, then the oldest."""
        form = serializers.NewPayment(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        try:
            ident = uuid.UUID(request.headers.get("Idempotency-Key", ""))
        except ValueError as problem:
            raise ValidationError({"Idempotency-Key": ["Send a UUID."]}) from problem
        try:
            amount = Money(data["amount"], data["currency"])
        except ValueError as problem:
            raise ValidationError({"amount": [str(problem)]}) from problem
        received = payments.Received(
            id=ident,
            company_id=data["company"],
            client_name=data["client_name"],
            received_on=data["received_on"],
            amount=amount,
            reference=data["reference"],
        )
        try:
            made = payments.record(received, chosen=data["invoices"], by=self.caller)
        except (payments.AlreadyRecorded, payments.NotPossible) as problem:
            raise Conflict(str(problem), code=problem.code) from problem
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)
