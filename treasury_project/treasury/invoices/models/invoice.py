"""Invoices and their lines. The database itself refuses to alter an issued one (migration 0002)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treasury.agreements.models import Agreement
from treasury.billing_rules.taxes import Liability
from treasury.invoices.queries import InvoiceQuerySet
from treasury.taxes.models import TaxCategory
from treasury.usage.models import TimeEntry


class Status(models.TextChoices):
    """Where an invoice stands; from ``issued`` on nothing else of it can change."""

    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    SENT = "sent", "Sent"
    PARTLY_PAID = "partly_paid", "Partly paid"
    PAID = "paid", "Paid"


class Kind(models.TextChoices):
    """What a document is: a bill, or the taking back of one."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class Series(models.Model):
    """A sequence of invoice numbers without gaps. Its row is locked while one is given."""

    code = models.CharField(max_length=10, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class Invoice(models.Model):
    """What an agreement costs for a period, or a credit note that takes some of it back.

    ``period_end`` is the day after its last. The amounts of a credit note are negative. ``open`` is
    what is still to be paid (of a credit note: to be used), kept by a trigger from allocations.
    ``client`` and ``seller`` are who both were at issue. ``tax_breakdown`` has a row for each rate:
    code (EN 16931), name, percent, base, amount, decimals as strings.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    reason = models.CharField(max_length=500, blank=True)  # of a credit note
    company_id = models.UUIDField("company")
    period_start = models.DateField()
    period_end = models.DateField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    currency = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=14, decimal_places=3)
    tax = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    gross = models.DecimalField(max_digits=14, decimal_places=3)
    open = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    tax_region = models.CharField(max_length=13, blank=True)
    liability = models.CharField(max_length=2, default=Liability.STANDARD.value)
    liability_reason = models.CharField(max_length=200, blank=True)
    tax_breakdown = models.JSONField(default=list, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT)
    number = models.PositiveIntegerField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    po_number = models.CharField("PO number", max_length=60, blank=True)
    client = models.JSONField(null=True, blank=True)
    seller = models.JSONField(null=True, blank=True)
    drafted_at = models.DateTimeField(default=timezone.now)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["agreement", "period_start"],
                condition=Q(kind=Kind.INVOICE),
                name="invoice_once_a_period",
            ),
            models.UniqueConstraint(fields=["series", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="invoice_period"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="invoice_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.INVOICE, corrects__isnull=True)
                | Q(kind=Kind.CREDIT_NOTE, corrects__isnull=False, gross__lte=0)
                & ~Q(status=Status.DRAFT)
                & ~Q(reason=""),
                name="invoice_kind",
                violation_error_message="A credit note corrects an invoice, and says why.",
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")), name="invoice_net_and_tax_make_gross"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT, open=0)
                | Q(gross__gte=0, open__gte=0, open__lte=F("gross"))
                | Q(gross__lte=0, open__lte=0, open__gte=F("gross")),
                name="invoice_open",
                violation_error_message="More would be paid than the invoice comes to.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.DRAFT,
                    series__isnull=True,
                    number__isnull=True,
                    issued_on__isnull=True,
                    due_on__isnull=True,
                    client__isnull=True,
                    seller__isnull=True,
                )
                | (
                    ~Q(status=Status.DRAFT)
                    & Q(
                        series__isnull=False,
                        number__isnull=False,
                        number__gte=1,
                        issued_on__isnull=False,
                        due_on__isnull=False,
                        due_on__gte=F("issued_on"),
                        client__isnull=False,
                        seller__isnull=False,
                    )
                ),
                name="invoice_issued_is_whole",
            ),
        )
        indexes = (
            models.Index(fields=["-period_start", "-id"], name="invoice_newest"),
            models.Index(fields=["status", "-period_start", "-id"], name="invoice_by_status"),
            models.Index(fields=["company_id", "-period_start", "-id"], name="invoice_of_company"),
            models.Index(fields=["currency", "-period_start", "-id"], name="invoice_by_currency"),
            models.Index(fields=["issued_on", "id"], name="invoice_by_issue"),
            models.Index(
                fields=["company_id", "due_on"], condition=~Q(open=0), name="invoice_unpaid"
            ),
            models.Index(fields=["gross"], name="invoice_by_amount"),
            models.Index(fields=["open"], condition=~Q(open=0), name="invoice_by_open"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number people quote, such as INV-00012."""
        return "Draft" if self.number is None else f"{self.series_id}-{self.number:05d}"

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.period_end - timedelta(days=1)


class InvoiceLine(models.Model):
    """A line, net, and why it is what it is as JSON (``billing_rules.stored``).

    ``taxes`` has a row for each tax on it: name, percent and amount as strings. The line of a
    credit note has the identity and, negative, an amount of the line it takes back.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    identity = models.CharField(max_length=120)
    description = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    tax_category = models.CharField(max_length=40, default=TaxCategory.STANDARD)
    taxes = models.JSONField(default=list, blank=True)
    explanation = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once"),
            # A line cannot hide another.
            models.UniqueConstraint(fields=["invoice", "identity"], name="line_identity_once"),
        )

    def __str__(self) -> str:
        return self.description


class BilledWork(models.Model):
    """A time entry that an issued invoice has; no other can have it, and it cannot change."""

    entry = models.OneToOneField(
        TimeEntry, primary_key=True, on_delete=models.PROTECT, related_name="billed"
    )
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="work")

    def __str__(self) -> str:
        return f"{self.entry_id} with {self.invoice_id}"
