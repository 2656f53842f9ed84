"""API tokens: what a program gives in place of its person's password."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nexus.api_tokens.queries import ApiTokenQuerySet


@pghistory.track(exclude=["secret_hash", "last_used_at"], append_only=True)
class ApiToken(models.Model):
    """A long-lived secret that a program exchanges for access tokens of ``user``.

    It has no powers of its own: level and company are the account's at the time of the exchange.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=100, help_text="Which program has it, and where.")
    start = models.CharField("begins with", max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: lives until revoked."
    )
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the hour.")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        constraints = (
            models.UniqueConstraint(fields=["secret_hash"], name="apitoken_secret_unique"),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="apitoken_expires_later",
                violation_error_message="A token expires after it was made.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="apitoken_has_name"),
        )
        indexes = (models.Index(fields=["created_at", "id"], name="apitoken_by_creation"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"
