"""Reading agreements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q


class AgreementQuerySet(models.QuerySet[Any]):
    def running(self, day: date) -> Self:
        """Those that hold on ``day``."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)

    def not_ended(self, day: date) -> Self:
        """Those that hold on ``day`` or begin later."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day))

    def ending(self, day: date, days: int) -> Self:
        """Those that hold on ``day`` and end within ``days``."""
        return self.running(day).filter(end__lte=day + timedelta(days=days))

    def ended(self, day: date) -> Self:
        """Those that hold no longer on ``day``."""
        return self.filter(end__lte=day)
