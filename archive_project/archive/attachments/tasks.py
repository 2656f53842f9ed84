"""What the worker does. A timer's ``read_attachments`` does the same for what waits longer."""

from __future__ import annotations

from django_tasks import task


@task()
def read_waiting_files() -> int:
    """Read the words of files that wait."""
    from archive.attachments import reading

    return reading.read_waiting()
