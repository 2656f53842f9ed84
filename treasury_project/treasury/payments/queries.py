"""Reading payments. ``visible_to`` is the one rule of who sees which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from hm_auth.access import may

if TYPE_CHECKING:
    from hm_auth.models import User


class MovementQuerySet(models.QuerySet[Any]):
    """Payments and refunds are for billing; clients see theirs on their statement."""

    def visible_to(self, reader: User) -> Self:
        """Return all for billing, else none."""
        return self.all() if may(reader, "payments.view") else self.none()

    def standing(self) -> Self:
        """Return those that were not reversed."""
        return self.filter(reversed_on__isnull=True)


class PaymentQuerySet(MovementQuerySet):
    """Money received."""

    def with_credit(self) -> Self:
        """Return those that are not used up, the oldest first."""
        return self.filter(unused__gt=0).order_by("received_on", "recorded_at", "id")


class RefundQuerySet(MovementQuerySet):
    """Money paid back."""


class AllocationQuerySet(models.QuerySet[Any]):
    """What money was used for."""

    def visible_to(self, reader: User) -> Self:
        """Return all for billing, else none."""
        return self.all() if may(reader, "payments.view") else self.none()

    def standing(self) -> Self:
        """Return those that were not undone."""
        return self.filter(undone_on__isnull=True)
