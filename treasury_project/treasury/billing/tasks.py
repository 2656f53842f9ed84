"""What the worker does after an approval."""

from __future__ import annotations

from django_tasks import task


@task()
def perform_approval(approval_id: str) -> None:
    """Issue and send what somebody approved."""
    from treasury.billing import operations
    from treasury.billing.models import Approval

    operations.perform(Approval.objects.select_related("asked_by").get(pk=approval_id))
