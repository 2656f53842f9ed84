"""An import: a file somebody sent, what it would change, how far it is, what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from archive.exchange.queries import FileReportQuerySet, ImportQuerySet
from archive.spaces.models import Space

LOST = timedelta(seconds=60)  # without a word of the worker: it is gone
STAGED = timedelta(days=1)  # the file is kept for somebody to decide
KEPT = timedelta(days=90)  # the report


class State(models.TextChoices):
    """``CHECKED`` waits for a person; ``STOPPED`` by one, by a problem or by a lost worker."""

    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Not imported yet"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Imported"
    STOPPED = "stopped", "Not finished"


ACTIVE = (State.CHECKING, State.IMPORTING)


class Result(models.TextChoices):
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    ATTACHED = "attached", "Attached"
    LEFT_OUT = "left out", "Left out"


class Import(models.Model):
    """One file for one space. Its bytes are staged under its id until it is done, a day at most.

    While ``ACTIVE`` it is the worker's since ``started_at``, or waits for one (None).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+",
        help_text="Who sent the file, then who began its import: the author of the revisions.",
    )  # fmt: skip
    name = models.CharField(max_length=200, help_text="Of the file.")
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    is_small = models.BooleanField(help_text="Done within the request, without the worker.")
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    step = models.CharField(max_length=10, blank=True, help_text="What it is at: planning.Step.")
    done = models.PositiveIntegerField(default=0, help_text="Files, in this step.")
    total = models.PositiveIntegerField(default=0)
    current = models.CharField(max_length=300, blank=True, help_text="The file it is at.")
    counts = models.JSONField(default=dict, help_text="Files by result, in the latest report.")
    problem = models.CharField(max_length=500, blank=True, help_text="Why it did not finish.")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, help_text="When somebody wanted it imported.")
    started_at = models.DateTimeField(null=True, help_text="When the worker took it.")
    heard_at = models.DateTimeField(help_text="The latest word of the worker, or the request.")
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "stopped"], finished_at__isnull=False)
                | (~Q(state__in=["done", "stopped"]) & Q(finished_at__isnull=True)),
                name="import_finished_has_an_instant",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="import_done_of_total"),
            models.UniqueConstraint(
                fields=["space"], condition=Q(state="importing"), name="import_one_at_a_time",
                violation_error_message="Another import into this space is running.",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["space", "-created_at", "-id"], name="import_of_space"),
            models.Index(fields=["created_at"], name="import_by_age"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it is the worker's turn."""
        return self.state in ACTIVE

    def is_lost(self, now: datetime) -> bool:
        """Tell whether no worker took it up, or the one that did is gone."""
        return self.is_active and self.heard_at < now - LOST

    def can_begin(self, now: datetime) -> bool:
        """Tell whether somebody may start it, or start it again: its file is still there."""
        waits = self.state in (State.CHECKED, State.STOPPED) or self.is_lost(now)
        return waits and self.created_at > now - STAGED


class FileReport(models.Model):
    """What became of one file, or would."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="report")
    number = models.PositiveIntegerField(help_text="Its place in the report, by path.")
    path = models.TextField()
    result = models.CharField(max_length=10, choices=Result)
    files = models.PositiveIntegerField(default=0, help_text="Attached to its article.")
    note = models.TextField(blank=True)

    objects = FileReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(result__in=Result.values), name="file_report_result_known"
            ),
            models.UniqueConstraint(fields=["of", "number"], name="file_report_numbered_once"),
        )

    def __str__(self) -> str:
        return self.path
