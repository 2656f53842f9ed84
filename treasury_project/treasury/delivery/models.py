"""One mail to one company: what it says, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from treasury.invoices.models import Invoice


class State(models.TextChoices):
    """Where a mail stands. ``sending`` is claimed by a process that has not told the outcome."""

    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class Kind(models.TextChoices):
    """What a mail is about."""

    INVOICE = "invoice", "Invoice"
    REMINDER = "reminder", "Reminder"
    STATEMENT = "statement", "Statement"


class Delivery(models.Model):
    """A mail. It is sent at most once: to send again is another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    company_id = models.UUIDField("company")
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    to = ArrayField(models.EmailField(), size=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField("last error", max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="delivery_kind"),
            models.CheckConstraint(
                condition=Q(state=State.QUEUED, next_attempt_at__isnull=False)
                | Q(state__in=[State.SENDING, State.SENT, State.FAILED], next_attempt_at=None),
                name="delivery_state",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="delivery_sent_has_its_time",
            ),
            models.CheckConstraint(condition=Q(to__len__gte=1), name="delivery_to_somebody"),
            models.CheckConstraint(
                condition=Q(kind=Kind.STATEMENT, invoice__isnull=True)
                | (~Q(kind=Kind.STATEMENT) & Q(invoice__isnull=False)),
                name="delivery_about_an_invoice",
            ),
            models.UniqueConstraint(
                fields=["invoice", "kind"],
                condition=Q(state__in=[State.QUEUED, State.SENDING]),
                name="delivery_one_waits",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"], condition=Q(state=State.QUEUED), name="delivery_due"
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(state=State.SENDING), name="delivery_claimed"
            ),
        )

    def __str__(self) -> str:
        return self.subject
