"""A run: a runbook followed for one space, its steps as they were when it began."""

from __future__ import annotations

import uuid

import pghistory
from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from archive.runbooks.queries import RunQuerySet
from archive.spaces.models import Space


class State(models.TextChoices):
    OPEN = "open", "Open"
    FINISHED = "finished", "Finished"
    ABANDONED = "abandoned", "Abandoned"


@pghistory.track(append_only=True)
class Run(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="runs")
    revision = models.PositiveIntegerField(help_text="The article's version it was made of.")
    title = models.CharField(max_length=200, help_text="The article's title at the time.")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    started_by_id = models.UUIDField()
    started_by = models.CharField(max_length=200, help_text="The name at the time.")
    started_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.CharField(max_length=500, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="run_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="run_closed_has_an_instant",
            ),
        )
        indexes = (
            models.Index(fields=["-started_at", "-id"], name="run_recent"),
            models.Index(fields=["space", "-started_at", "-id"], name="run_of_space"),
        )

    def __str__(self) -> str:
        return self.title


@pghistory.track(append_only=True)
class Step(models.Model):
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    section = models.CharField(max_length=200, blank=True)
    text = models.TextField(help_text="Markdown.")
    html = models.TextField(editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_id = models.UUIDField(null=True, blank=True)
    done_by = models.CharField(max_length=200, blank=True, help_text="The name at the time.")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "number"], name="run_step_numbered_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by="")
                | (Q(done_at__isnull=False) & ~Q(done_by="")),
                name="run_step_done_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.text
