"""Reading invoices. ``visible_to`` is the one rule of who sees which."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from hm_auth.access import may

if TYPE_CHECKING:
    from hm_auth.models import User


class InvoiceQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: User) -> Self:
        """All for billing; for a client the issued ones of their own company; else none."""
        if may(reader, "invoices.internal"):
            return self.all()
        if not may(reader, "invoices.view") or reader.company_id is None:
            return self.none()
        return self.exclude(status="draft").filter(company_id=reader.company_id)

    def overdue(self, today: date, wanted: bool = True) -> Self:
        """Invoices that are not paid in full after their due day; or all others."""
        late = Q(kind="invoice", open__gt=0, due_on__lt=today)
        return self.filter(late) if wanted else self.exclude(late)
