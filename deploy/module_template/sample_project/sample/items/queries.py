"""Reading items. ``visible_to`` is the one rule of who sees which; all reading goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from hm_auth.access import may
from sample.capabilities import INTERNAL, OPEN
from sample.items.rules import words

if TYPE_CHECKING:
    from hm_auth.models import User


class ItemQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff, for a client those of their own company."""
        if may(user, INTERNAL):
            return self.all()
        if may(user, OPEN) and user.company_id:
            return self.filter(company_id=user.company_id)
        return self.none()

    def search(self, text: str) -> Self:
        """Items whose title has every word of ``text``, whatever the case."""
        found = self
        for word in words(text):
            found = found.filter(title__icontains=word)
        return found
