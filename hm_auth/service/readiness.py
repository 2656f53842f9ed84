"""What must be right before a service answers its first request. Needs a configured Django."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def problems() -> list[str]:
    """Return, a sentence each, why this service should not start.

    A database that does not answer is none: it may come back, and /readyz says so until then.
    """
    found = [str(message) for message in checks.run_checks() if message.level >= checks.ERROR]
    if not settings.DEBUG and not (Path(str(settings.STATIC_ROOT)) / "staticfiles.json").exists():
        found.append("The static files are missing. Run: python manage.py prepare")
    if waiting := unapplied_migrations():
        found.append(
            f"The database is behind the code by {waiting} migrations. "
            "Make a backup, then run: python manage.py prepare"
        )
    return found


def unapplied_migrations() -> int:
    """Return how many migrations of the code the database has not had; 0 without an answer."""
    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return 0
    finally:
        connection.close()
