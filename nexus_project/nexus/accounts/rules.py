"""Who may sign in, what an admin may not do, and how people may be called; pure."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Protocol

from hm_auth.permissions import CAPABILITIES, Level


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


def loses(old: str, new: str) -> bool:
    """Tell whether somebody of level ``old`` may do something that level ``new`` may not."""
    return any(old in levels and new not in levels for levels in CAPABILITIES.values())


_SIGNS = frozenset("._-@+")
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic scripts need them inside words


def is_plain_username(text: str) -> bool:
    """Tell whether ``text`` is letters and digits of any script and ``. _ - @ +``, in one spelling.

    NFKC (UAX #15) leaves one of the spellings that look the same to people; no space, no control
    and no format character (general categories of UAX #44).
    """
    letters = all(
        character in _SIGNS or unicodedata.category(character)[0] == "L" or character.isdecimal()
        for character in text
    )
    return letters and unicodedata.is_normalized("NFKC", text)


def has_hidden_characters(text: str) -> bool:
    """Tell whether ``text`` has control or format characters, which may turn a line around."""
    return any(
        unicodedata.category(character) in {"Cc", "Cf"} and character not in _JOINERS
        for character in text
    )
