"""An approval: many drafts that somebody looked at, issued and sent by the worker."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from treasury.invoices.models import RunState


class Approval(models.Model):
    """``refused`` maps invoices to why they were not issued; ``unsent`` counts those
    without an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoices = ArrayField(models.UUIDField())
    send = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=dict)
    unsent = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = (models.Index(fields=["-asked_at", "-id"], name="approval_newest"),)

    def __str__(self) -> str:
        return f"Approval of {len(self.invoices)}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return 100 * self.done // len(self.invoices) if self.invoices else 100
