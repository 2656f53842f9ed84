"""A company with current locations has exactly one current default among them.

What is here runs within the transaction of ``operations``, which has locked the companies.
"""

from __future__ import annotations

from typing import Any

from nexus.directory.models import Location
from nexus.directory.versions import touch


def make_room(location: Location, stored: Location | None) -> None:
    """Decide whether ``location``, about to be written, is the default, and clear the old one.

    The first location of a company is; a new default replaces the old. A location that moves in
    brings the mark of its old company (``stored`` is the row before) only where nobody has it.
    """
    others: Any = Location.objects.filter(company_id=location.company_id).exclude(pk=location.pk)
    current = others.current()
    if location.archived_at is not None:
        location.is_default = location.is_default and not current.exists()
    elif not current.filter(is_default=True).exists():
        location.is_default = True
    elif stored is not None and stored.company_id != location.company_id and stored.is_default:
        location.is_default = False
    if location.is_default:
        touch(others.filter(is_default=True), is_default=False)


def settle(company_id: Any) -> None:
    """Give the mark to the oldest current location when no current one has it.

    Without a current location an archived one keeps the mark, and has it when it comes back.
    """
    rows: Any = Location.objects.filter(company_id=company_id)
    current = rows.current()
    if not current.filter(is_default=True).exists():
        heir = current.order_by("created_at", "id").first()
        if heir is not None:
            touch(rows.filter(is_default=True), is_default=False)
            touch(rows.filter(pk=heir.pk), is_default=True)
