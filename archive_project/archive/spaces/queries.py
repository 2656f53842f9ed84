"""Reading spaces. ``visible_to`` is the one rule of who may know of which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User


def open_to(user: User, prefix: str = "") -> Q:
    """Return the condition "this space may be read by ``user``", a client of one company.

    ``prefix`` leads from the row to its space, such as ``space__``.
    """
    shared = Q(**{f"{prefix}kind": "shared"})
    if user.company_id is None:
        return shared
    return shared | Q(**{f"{prefix}kind": "company", f"{prefix}company_id": user.company_id})


class SpaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff; the shared ones and their own company's for a client."""
        if allows(user.permission_level, "archive.internal"):
            return self.all()
        if not allows(user.permission_level, "archive.open"):
            return self.none()
        return self.filter(open_to(user))
