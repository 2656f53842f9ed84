"""The rows of a file between its preview and the answer to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hm_auth.models import User
from treasury.usage.models import Upload

KEPT = timedelta(days=1)


@transaction.atomic
def keep(*, kind: str, name: str, rows: list[dict[str, Any]], by: User) -> Upload:
    """Keep ``rows`` until they are imported, at most a day; older ones of anybody go."""
    Upload.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    plain = [{column: _plain(cell) for column, cell in row.items()} for row in rows]
    return Upload.objects.create(kind=kind, name=name[:200], rows=plain, by=by)


def _plain(cell: Any) -> str:
    """Return a cell as text; Excel gives numbers, days and truth values."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "")
