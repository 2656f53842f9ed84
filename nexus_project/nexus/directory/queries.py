"""Reading the directory. ``visible_to`` is the one rule of who sees which rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from hm_auth.permissions import allows

if TYPE_CHECKING:
    from nexus.accounts.models import User
    from nexus.api.authentication import Service


class DirectoryQuerySet(models.QuerySet[Any]):
    """Shared by the three tables; ``company_path`` leads from the row to its company."""

    company_path = "company_id"

    def visible_to(self, reader: User | Service) -> Self:
        """Rows that ``reader`` may know of: all for staff, their own company's for a client."""
        if allows(reader.permission_level, "directory.internal"):
            return self.all()
        if not allows(reader.permission_level, "directory.view") or reader.company_id is None:
            return self.none()
        return self.current().filter(**{self.company_path: reader.company_id})

    def current(self) -> Self:
        """Rows that are not archived."""
        return self.filter(archived_at__isnull=True)


class CompanyQuerySet(DirectoryQuerySet):
    company_path = "id"


class LocationQuerySet(DirectoryQuerySet):
    pass


class ContactQuerySet(DirectoryQuerySet):
    pass
