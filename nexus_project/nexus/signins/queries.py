"""Reading sign-ins and their audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q


class SignInQuerySet(models.QuerySet[Any]):
    def live(self, *, now: datetime) -> Self:
        """Sign-ins that still count: not ended, not expired, not older than the user's stamp."""
        return self.filter(ended_at__isnull=True, expires_at__gt=now).filter(
            Q(user__not_before__isnull=True) | Q(authenticated_at__gte=F("user__not_before"))
        )

    def of_people(self) -> Self:
        """Those a person began in a browser or a script, without those of API tokens."""
        return self.filter(api_token__isnull=True)

    def with_user(self) -> Self:
        """Load what ``may_authenticate`` looks at, in the same query."""
        return self.select_related("user__company")

    def latest_first(self) -> Self:
        return self.order_by("-last_used_at", "-id")


class EventQuerySet(models.QuerySet[Any]):
    def latest_first(self) -> Self:
        return self.order_by("-id")
