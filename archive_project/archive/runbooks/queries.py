"""Reading runs: they are the staff's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q

from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User


class RunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff, none for anybody else: a note on a step is not written for clients."""
        return self.all() if allows(user.permission_level, "archive.internal") else self.none()

    def with_progress(self) -> Self:
        """With ``steps_total`` and ``steps_done``."""
        done = Count("steps", filter=Q(steps__done_at__isnull=False))
        return self.annotate(steps_total=Count("steps"), steps_done=done)
