"""Finding API tokens, as far as somebody may know of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from hm_auth.access import may
from nexus.api_tokens.rules import digest


class ApiTokenQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """An administrator keeps everybody's tokens; others know of their own."""
        return self if may(user, "users.manage") else self.filter(user_id=user.pk)

    def live(self, *, now: datetime) -> Self:
        """Neither revoked nor expired."""
        unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at__isnull=True)

    def with_secret(self, secret: str) -> Self:
        """The token this is the secret of (served by the index of the constraint)."""
        return self.filter(secret_hash=digest(secret))

    def latest_first(self) -> Self:
        return self.order_by("-created_at", "-id")
