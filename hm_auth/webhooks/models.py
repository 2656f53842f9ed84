"""Endpoints, and every message to each: the outbox and the log are one table."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Endpoint(models.Model):
    """An address that is told of ``events``; ``sealed_secret`` signs what it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.URLField("address", max_length=500)
    events = ArrayField(models.CharField(max_length=60))
    note = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(editable=False)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(events=[]),
                name="endpoint_events",
                violation_error_message="Choose at least one event.",
            ),
        )

    def __str__(self) -> str:
        return self.url


class Message(models.Model):
    """What one endpoint is sent. ``next_attempt_at`` is None once it arrived or was given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="messages")
    event = models.CharField(max_length=60)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="message_delivered_is_done",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="message_waiting",
            ),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="message_log"),
        )

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"

    @property
    def state(self) -> str:
        """``delivered``, ``waiting`` or ``failed``: given up."""
        if self.delivered_at:
            return "delivered"
        return "waiting" if self.next_attempt_at else "failed"
