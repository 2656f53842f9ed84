"""Who may sign in, and what an admin may not do; pure."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hm_auth.permissions import Level


class Employer(Protocol):
    @property
    def archived_at(self) -> datetime | None: ...


class Account(Protocol):
    """What these rules look at of a user."""

    @property
    def is_active(self) -> bool: ...
    @property
    def permission_level(self) -> str: ...
    @property
    def company(self) -> Employer | None: ...


def may_authenticate(account: Account) -> bool:
    """Tell whether ``account`` may hold a sign-in at all; every issuing path asks this.

    An inactive user may not, nor a client whose company is archived.
    """
    if not account.is_active:
        return False
    if account.permission_level != Level.CLIENT:
        return True
    return account.company is not None and account.company.archived_at is None


def is_active_admin(account: Account) -> bool:
    """Tell whether ``account`` counts as one of the admins, of whom one must always remain."""
    return account.is_active and account.permission_level == Level.ADMIN
