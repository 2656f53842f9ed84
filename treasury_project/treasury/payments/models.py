"""Payments, refunds, and allocations: which money pays which invoice.

Triggers (migration 0002) keep ``Payment.unused``, ``Invoice.open`` and the invoice's status, and
refuse what would not add up. Nothing is deleted: what was wrong is undone, and both stay.
"""

from __future__ import annotations

import uuid
from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treasury.catalogue.models import CURRENCY
from treasury.invoices.models import Invoice
from treasury.payments.queries import AllocationQuerySet, PaymentQuerySet, RefundQuerySet


class Method(models.TextChoices):
    """How money came or went."""

    TRANSFER = "transfer", "Bank transfer"
    DEBIT = "debit", "Direct debit"
    CARD = "card", "Card"
    CHEQUE = "cheque", "Cheque"
    CASH = "cash", "Cash"
    OTHER = "other", "Other"


class Movement(models.Model):
    """What money that comes and money that goes have in common.

    ``client_name`` is what the company was called when it was written down.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company")
    client_name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    method = models.CharField(max_length=10, choices=Method, default=Method.TRANSFER)
    reference = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reversed_on = models.DateField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reversal_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.client_name}"


def _movement_constraints(table: str, day: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(amount__gt=0),
            name=f"{table}_amount",
            violation_error_message="An amount is more than nothing.",
        ),
        models.CheckConstraint(condition=Q(method__in=Method.values), name=f"{table}_method"),
        models.CheckConstraint(
            condition=Q(reversed_on__isnull=True, reversal_reason="")
            | Q(reversed_on__gte=F(day)) & ~Q(reversal_reason=""),
            name=f"{table}_reversal",
            violation_error_message="Say why, and not a day before the money moved.",
        ),
    ]


@pghistory.track(exclude=["unused"], append_only=True)
class Payment(Movement):
    """Money received. ``unused`` is the client's credit of it, kept by a trigger.

    ``bank_reference`` is the bank's own id of the booking: no booking is recorded twice.
    """

    received_on = models.DateField()
    bank_reference = models.CharField(max_length=140, blank=True)
    unused = models.DecimalField(
        max_digits=14, decimal_places=3, default=Decimal(0), editable=False
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = (
            *_movement_constraints("payment", "received_on"),
            models.CheckConstraint(
                condition=Q(unused__gte=0, unused__lte=F("amount")),
                name="payment_unused",
                violation_error_message="More would be paid than was received.",
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="payment_once",
                violation_error_message="This booking of the bank has been recorded already.",
            ),
        )
        indexes = (
            models.Index(fields=["-received_on", "-id"], name="payment_newest"),
            models.Index(fields=["company_id", "-received_on", "-id"], name="payment_of_company"),
            models.Index(fields=["company_id"], condition=Q(unused__gt=0), name="payment_credit"),
        )


@pghistory.track(append_only=True)
class Refund(Movement):
    """Credit that was paid back. Its allocations say of which payments and credit notes."""

    paid_on = models.DateField()

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = (*_movement_constraints("refund", "paid_on"),)
        indexes = (models.Index(fields=["company_id", "paid_on"], name="refund_of_company"),)


@pghistory.track(append_only=True)
class Allocation(models.Model):
    """``amount`` of a payment or credit, used for an invoice or a refund from ``day`` on.

    Without payment and credit it is a write-off, and has its ``reason``. ``credit`` is a credit
    note, or an invoice that came to less than nothing. The trigger remembers in ``invoice_sent``
    and ``credit_sent`` what the documents were before any money.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    credit = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="uses"
    )
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    day = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    invoice_sent = models.BooleanField(default=False, editable=False)
    credit_sent = models.BooleanField(default=False, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_on = models.DateField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="allocation_amount",
                violation_error_message="An amount is more than nothing.",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit__isnull=True, reason="")
                | Q(payment__isnull=True, credit__isnull=False, reason="")
                | Q(payment__isnull=True, credit__isnull=True, refund__isnull=True) & ~Q(reason=""),
                name="allocation_source",
                violation_error_message="It is of one payment, of one credit, or has a reason.",
            ),
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, refund__isnull=True)
                | Q(invoice__isnull=True, refund__isnull=False),
                name="allocation_target",
                violation_error_message="It is for one invoice or for one refund.",
            ),
            models.CheckConstraint(
                condition=Q(undone_on__isnull=True) | Q(undone_on__gte=F("day")),
                name="allocation_undone",
                violation_error_message="It cannot be undone before it was made.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} from {self.day}"

    @property
    def is_write_off(self) -> bool:
        """Tell whether nobody paid this."""
        return self.payment_id is None and self.credit_id is None
