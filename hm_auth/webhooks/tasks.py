"""What the worker does. A timer's ``deliver_webhooks`` does the same for what waits longer."""

from __future__ import annotations

from django_tasks import task


@task()
def deliver_waiting() -> int:
    """Deliver what waits now."""
    from hm_auth.webhooks import operations

    return operations.deliver_due()
