"""An item: something to do for one company."""

from __future__ import annotations

import uuid

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from sample.items.queries import ItemQuerySet


class State(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"


@pghistory.track(append_only=True)
class Item(models.Model):
    """``company_id`` is Nexus's: names and addresses are asked for there, not copied.

    ``version`` counts the writes, so that of two people who edit at once the second is told.
    ``changed_by`` is the person's name as it was then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company")
    title = models.CharField(max_length=200)
    details = models.TextField(max_length=10_000, blank=True)
    due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(title=""),
                name="item_has_a_title",
                violation_error_message="An item needs a title.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="item_state_known",
                violation_error_message="An item is open or done.",
            ),
            models.UniqueConstraint(
                fields=["company_id", "title"],
                condition=Q(state="open"),
                name="item_open_once",
                violation_error_message="This company has an open item of this title already.",
            ),
        )
        indexes = (  # one for each order of the list, alone and within a company
            models.Index(fields=["-updated_at", "-id"], name="item_by_change"),
            models.Index(fields=["title", "id"], name="item_by_title"),
            models.Index(fields=["company_id", "-updated_at", "-id"], name="item_of_company"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="item_title_words"),
        )

    def __str__(self) -> str:
        return self.title
