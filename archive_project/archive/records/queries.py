"""Reading records. ``visible_to`` is the one rule of who sees which; all reading goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q

from archive.spaces.queries import open_to
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User


class RecordTypeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff; for a client those an admin opened to clients."""
        if allows(user.permission_level, "archive.internal"):
            return self.all()
        if not allows(user.permission_level, "archive.open"):
            return self.none()
        return self.filter(open_to_clients=True)

    def counted_for(self, user: User) -> Self:
        """With ``records_seen``: how many records of it ``user`` may see."""
        condition = Q(records__deleted_at__isnull=True)
        if not allows(user.permission_level, "archive.internal"):
            condition &= open_to(user, "records__space__")
        return self.annotate(records_seen=Count("records", filter=condition))


class RecordQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff, the trash too; for a client those of open types in their spaces."""
        if allows(user.permission_level, "archive.internal"):
            return self.all()
        if not allows(user.permission_level, "archive.open"):
            return self.none()
        return self.current().filter(open_to(user, "space__"), type__open_to_clients=True)

    def current(self) -> Self:
        """Records that are not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def search(self, text: str) -> Self:
        """Records that hold every word of ``text`` in their name or values, whatever the case."""
        found = self
        for word in text.lower().split()[:10]:
            found = found.filter(words__contains=word)
        return found


class ExpiryQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """The dates of records that are not in the trash."""
        return self.filter(record__deleted_at__isnull=True)
