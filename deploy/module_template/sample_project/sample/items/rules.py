"""What is true of items wherever they are kept: pure Python, no Django, no clock."""

from __future__ import annotations

from datetime import date


def is_overdue(due: date | None, *, done: bool, today: date) -> bool:
    """Tell whether something should have been done before ``today``; its last day is in time."""
    return due is not None and not done and due < today


def words(text: str, *, most: int = 5) -> list[str]:
    """Return the words of a search, at most ``most``: each costs the database a condition."""
    return text.split()[:most]
