"""What the worker does. A timer's ``send_queued`` does the same for what was left waiting."""

from __future__ import annotations

from django_tasks import task


@task()
def send_waiting() -> int:
    """Send what waits now."""
    from treasury.delivery import sending

    return sending.send_due()
