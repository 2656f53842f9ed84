"""Reading imports: they are of those who write, whoever began them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from archive.spaces.models import Space
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User

# Results and notes that somebody should look at.
PROBLEM = Q(result="left out") | ~Q(note="")


class ImportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those into the spaces one writes in, none for anybody else."""
        if not allows(user.permission_level, "archive.write"):
            return self.none()
        return self.filter(space__in=Space.objects.visible_to(user))


class FileReportQuerySet(models.QuerySet[Any]):
    def shown(self, show: str) -> Self:
        """Those with the result ``show``, those to look at for "problems", else all."""
        if show == "problems":
            return self.filter(PROBLEM)
        return self.filter(result=show) if show else self
