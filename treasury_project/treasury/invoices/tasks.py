"""What the worker does for the pages of billing."""

from __future__ import annotations

from django_tasks import task


@task()
def perform_run(run_id: str) -> None:
    """Do the run that somebody asked for on the page, unless it was done already."""
    from treasury.invoices import running
    from treasury.invoices.models import BillingRun, RunState

    run = BillingRun.objects.select_related("asked_by").get(pk=run_id)
    if run.state == RunState.WAITING:
        running.perform(run)
