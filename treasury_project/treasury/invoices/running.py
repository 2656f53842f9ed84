"""A run of the billing from beginning to end, as the timer, the command and the page start it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.exceptions import HiveMatrixError, NexusRefused, NexusUnavailable
from hm_auth.models import User
from treasury.agreements.models import Addition, Agreement
from treasury.catalogue.quantities import Source
from treasury.invoices import clients, contacts
from treasury.invoices.contacts import Contacts
from treasury.invoices.drafts import Run, draft_due
from treasury.invoices.models import BillingRun, Invoice, RunState, Status
from treasury.usage.models import TimeEntry

log = logging.getLogger(__name__)


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
    run.gone = gone_of_nexus(run.day, caller)
    _finish(run, made)
    return made


def gone_of_nexus(day: date, caller: Caller | None = None) -> dict[str, str]:
    """Return the archived companies that an agreement or a draft still bills, as ``clients.gone``.

    Somebody has to decide: the last invoice of a client who left is right, one every month is not.
    While Nexus does not answer it is what the run before found.
    """
    running = Agreement.objects.filter(Q(end__isnull=True) | Q(end__gt=day))
    waiting = Invoice.objects.filter(status=Status.DRAFT)
    billed = running.values_list("company_id").union(waiting.values_list("company_id"))
    try:
        asker = caller or nexus.client.service_caller()
        return clients.gone(asker, {company for (company,) in billed})
    except (NexusUnavailable, NexusRefused) as problem:
        log.warning("Nexus does not tell which clients are archived: %s", problem)
    last = BillingRun.objects.filter(state=RunState.DONE).order_by("-asked_at", "-id")
    return last.values_list("gone", flat=True).first() or {}


def people_of_nexus(caller: Caller | None = None) -> Contacts | None:
    """Return everybody, None if nobody counts them or Nexus does not answer.

    Without an answer the agreements that count contacts are left out of the run, and named.
    """
    if not Addition.objects.filter(source=Source.CONTACTS).exists():
        return None
    try:
        return contacts.read(caller or nexus.client.service_caller())
    except NexusUnavailable:
        return None
    except NexusRefused as refusal:
        log.warning("Nexus refuses its contacts (%s): is the scope directory:read given?", refusal)
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
