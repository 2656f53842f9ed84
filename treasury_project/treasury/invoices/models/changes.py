"""Which agreements must be looked at again, since something in their past was changed."""

from __future__ import annotations

from django.db import models

from treasury.agreements.models import Agreement


class FactChange(models.Model):
    """Something that bears on ``agreement`` changed, for days from ``since`` on.

    Written by triggers on every table of facts (migration 0006). Issuing an invoice that makes up
    for it removes the rows that it took into account, and none that came meanwhile.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="changes")
    since = models.DateField()

    def __str__(self) -> str:
        return f"{self.agreement_id} since {self.since}"
