"""A run of the billing from beginning to end, as the timer, the command and the page start it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.exceptions import HiveMatrixError, NexusRefused, NexusUnavailable
from hm_auth.models import User
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.quantities import Source
from treasury.invoices import contacts
from treasury.invoices.contacts import Contacts
from treasury.invoices.drafts import Run, draft_due
from treasury.invoices.models import BillingRun, RunState
from treasury.usage.models import TimeEntry


def begin(*, today: date, by: User | None) -> BillingRun:
    """Write down that a run was asked for; the worker does it."""
    return BillingRun.objects.create(day=today, asked_by_id=by.pk if by else None)


def perform(
    run: BillingRun,
    *,
    caller: Caller | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Run:
    """Do ``run``; how far it is can be read in its row all the time.

    ``caller`` asks Nexus, by default Treasury itself. Raises what stops it, noted in the row.
    """
    BillingRun.objects.filter(state=RunState.RUNNING).update(
        state=RunState.FAILED, error="It was stopped; what it had drafted is right."
    )
    run.state = RunState.RUNNING
    run.save()

    def tell(done: int, total: int) -> None:
        _note(run, done, total)
        progress(done, total)

    try:
        people = people_of_nexus(caller)
        made = draft_due(
            today=run.day,
            by=run.asked_by,
            contacts=people,
            progress=tell,
        )
    except HiveMatrixError as problem:
        run.state, run.error = RunState.FAILED, str(problem)[:500]
        run.save()
        raise
    _finish(run, made)
    return made


def people_of_nexus(caller: Caller | None = None) -> Contacts | None:
    """Return everybody, None if nobody counts them or Nexus does not answer.

    Without an answer the agreements that count contacts are left out of the run, and named.
    """
    if not Addition.objects.filter(source=Source.CONTACTS).exists():
        return None
    try:
        return contacts.read(caller or nexus.client.service_caller())
    except (NexusUnavailable, NexusRefused):
        return None


def _note(run: BillingRun, done: int, total: int) -> None:
    run.done, run.total = done, total
    run.save(update_fields=["done", "total"])


@transaction.atomic
def _finish(run: BillingRun, made: Run) -> None:
    run.state, run.finished_at = RunState.DONE, timezone.now()
    run.drafted, run.changed, run.removed = len(made.drafted), len(made.changed), made.removed
    run.left_out = [
        {
            "company": str(each.agreement.company_id),
            "agreement": str(each.agreement.pk),
            "title": each.agreement.title,
            "reasons": list(each.reasons),
        }
        for each in made.left_out
    ]
    unbilled = {str(company): minutes for company, minutes in made.unbilled.items()}
    run.unbilled = unbilled | _work_without_agreement()
    run.save()


def _work_without_agreement() -> dict[str, int]:
    """Return the minutes of billable work for companies that have no agreement at all."""
    agreed = Agreement.objects.values("company_id")
    work = TimeEntry.objects.unbilled().exclude(company_id__in=agreed)
    found = work.values_list("company_id").annotate(Sum("minutes"))
    return {str(company): minutes for company, minutes in found}
