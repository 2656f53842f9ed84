"""Reading usage. Clients see their own company's through ``visible_to``."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from hm_auth.access import may

if TYPE_CHECKING:
    from hm_auth.models import User


class UsageQuerySet(models.QuerySet[Any]):
    """Rows of companies: devices, readings, work, how contacts are billed."""

    def visible_to(self, reader: User) -> Self:
        """All for staff; for a client their own company's; else none."""
        if may(reader, "usage.view"):
            return self.all()
        if not may(reader, "usage.own") or reader.company_id is None:
            return self.none()
        return self.filter(company_id=reader.company_id)

    def of(self, company_id: uuid.UUID | None) -> Self:
        """Those of one company, or all without one."""
        return self if company_id is None else self.filter(company_id=company_id)


class DeviceQuerySet(UsageQuerySet):
    def on(self, day: date) -> Self:
        """Those that are there on ``day``."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)

    def gone(self, day: date) -> Self:
        """Those that were there before ``day`` and are not any more."""
        return self.filter(end__lte=day)

    def named(self, part: str) -> Self:
        """Those whose hostname has ``part`` in it, in small or capital letters."""
        return self.annotate(upper=Upper("hostname")).filter(upper__contains=part.upper())


class TimeEntryQuerySet(UsageQuerySet):
    def unbilled(self) -> Self:
        """Billable work that no issued invoice has."""
        return self.filter(billable=True, billed__isnull=True)
