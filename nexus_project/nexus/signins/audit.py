"""Writing the audit trail of identity: the only place that makes an Event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hm_auth import metrics
from nexus.signins.models import Event, EventKind
from nexus.signins.rules import plain_address

if TYPE_CHECKING:
    from nexus.accounts.models import User


def record(
    kind: EventKind,
    *,
    user: User | None = None,
    by: User | None = None,
    username: str = "",
    ip: str | None = None,
    client_id: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row: what happened to ``user`` (or under ``username``), by whom, from where."""
    metrics.IDENTITY_EVENTS.labels(kind.value).inc()
    row(kind, user=user, by=by, username=username, ip=ip, client_id=client_id, detail=detail).save(
        force_insert=True
    )


def row(
    kind: EventKind,
    *,
    user: User | None = None,
    by: User | None = None,
    username: str = "",
    ip: str | None = None,
    client_id: str = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Make a row without adding it, for many at once."""
    about = dict(detail or {})
    if by is not None and (user is None or by.pk != user.pk):
        # Readable for as long as the row lives; and a module has no id to look up.
        about["by"] = getattr(by, "username", str(by))
    return Event(
        kind=kind,
        user_id=user.pk if user is not None else None,
        acting_user_id=by.pk if by is not None else None,
        username=(user.username if user is not None else username)[:150],
        ip_address=plain_address(ip),
        client_id=client_id[:50],
        detail=about,
    )
