"""A run of the billing: who asked, how far it is, what came of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class RunState(models.TextChoices):
    """How a run stands; one that was killed stays ``running`` until the next begins."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class BillingRun(models.Model):
    """``left_out`` has a row for each agreement that could not be billed: its company and why.

    ``unbilled`` maps companies to the minutes of work that no agreement bills. ``gone`` maps those
    that are archived in Nexus, while an agreement still bills them, to the company they were merged
    into, "" for none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    drafted = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list)
    unbilled = models.JSONField(default=dict)
    gone = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = (models.Index(fields=["-asked_at", "-id"], name="run_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"Billing of {self.day}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.state == RunState.DONE:
            return 100
        return 100 * self.done // self.total if self.total else 0
