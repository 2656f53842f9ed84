"""What the worker does for the pages of imports."""

from __future__ import annotations

from django_tasks import task


@task()
def perform_import(import_id: str) -> None:
    """Check or import a file, unless somebody did or stopped it."""
    from archive.exchange import running

    running.perform(import_id)
