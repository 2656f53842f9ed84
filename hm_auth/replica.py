"""Reading from a copy of the database, where a second of delay does no harm.

``DB_REPLICA_HOST`` names one or more hosts of streaming replicas. Only views that say so read
there: reports, exports and searches. Everything else, sessions and permissions above all, reads
where it writes, so that nobody misses what they have just saved.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

ALIAS = "replica"
Answer = TypeVar("Answer")

_allowed: ContextVar[bool] = ContextVar("hm_replica_allowed", default=False)


def may_lag(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Let the queries of ``view`` go to the replica, if there is one; its writes never do.

    The answer must be complete when the view returns: what is streamed later reads as usual.
    """

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Answer:
        token = _allowed.set(True)
        try:
            return view(*args, **kwargs)
        finally:
            _allowed.reset(token)

    return reading


class Router:
    """Django's database router for ``may_lag``."""

    def db_for_read(self, _model: type[Model], **_hints: Any) -> str:
        """Return the replica inside a view that may lag, unless a transaction has begun."""
        return _alias()

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        """Return the one database that takes writes, for rows read from the replica as well."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Model, _other: Model, **_hints: Any) -> bool:
        return True  # both are copies of one database

    def allow_migrate(self, db: str, _app: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def connection() -> Any:
    """Return the connection for reading with SQL of one's own, chosen as the router does."""
    return connections[_alias()]


def _alias() -> str:
    if not _allowed.get() or ALIAS not in connections:
        return DEFAULT_DB_ALIAS
    # In a transaction, what is read may have been written by ourselves a moment ago.
    return DEFAULT_DB_ALIAS if connections[DEFAULT_DB_ALIAS].in_atomic_block else ALIAS
