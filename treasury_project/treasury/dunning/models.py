"""What was decided on a suggestion: a reminder, a late fee, or neither and why."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from treasury.agreements.models import Addition
from treasury.invoices.models import Invoice


class Measure(models.TextChoices):
    """What can be done about an overdue invoice."""

    REMINDER = "reminder", "Reminder"
    LATE_FEE = "late_fee", "Late fee"


@pghistory.track(append_only=True)
class Notice(models.Model):
    """A suggestion that somebody approved, or dismissed with a ``reason``; once for each stage.

    ``stage`` counts reminders from 1; a late fee is stage 0 and, approved, an addition that the
    next invoice of the agreement bills. ``text`` is what the reminder says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="notices")
    measure = models.CharField(max_length=10, choices=Measure)
    stage = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    addition = models.OneToOneField(
        Addition, null=True, blank=True, on_delete=models.PROTECT, related_name="late_fee"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["invoice", "measure", "stage"],
                name="notice_once",
                violation_error_message="That has been decided already.",
            ),
            models.CheckConstraint(
                condition=Q(measure=Measure.REMINDER, stage__gte=1, addition__isnull=True)
                | Q(measure=Measure.LATE_FEE, stage=0, text=""),
                name="notice_measure",
            ),
            models.CheckConstraint(
                condition=Q(reason="") & (~Q(text="") | Q(addition__isnull=False))
                | ~Q(reason="") & Q(text="", addition__isnull=True),
                name="notice_decided",
                violation_error_message="A notice is sent or charged, or dismissed with a reason.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.stage or ''} {self.invoice_id}"
