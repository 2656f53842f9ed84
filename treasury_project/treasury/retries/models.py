"""What was answered under an idempotency key."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder


class Answered(models.Model):
    """The first answer to a request of ``caller``; ``digest`` tells that request from others."""

    caller = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(encoder=JSONEncoder)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["caller", "key"], name="answered_once"),)

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
