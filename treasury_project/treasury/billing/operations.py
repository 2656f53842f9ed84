"""Approving drafts: issuing what somebody looked at, and sending it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.billing.models import Approval
from treasury.billing.tasks import perform_approval
from treasury.delivery.operations import queue_invoices
from treasury.delivery.recipients import invoice_emails
from treasury.invoices.clients import clients_today
from treasury.invoices.contacts import Contacts
from treasury.invoices.issuing import issue_many
from treasury.invoices.models import BillingRun, Invoice, RunState, Status
from treasury.invoices.running import begin, people_of_nexus
from treasury.invoices.tasks import perform_run

CHUNK = 100  # invoices that are issued in one transaction


@transaction.atomic
def ask_for_run(*, by: User | None) -> BillingRun:
    """Let the worker draft what is due today; a run that waits already is the one.

    It is told again: the queue may have lost it.
    """
    waiting = BillingRun.objects.filter(state=RunState.WAITING).first()
    run = waiting or begin(today=timezone.localdate(), by=by)
    transaction.on_commit(lambda: perform_run.enqueue(str(run.pk)), robust=True)
    return run


@transaction.atomic
def approve(pks: Sequence[uuid.UUID], *, send: bool, by: User | None) -> Approval:
    """Let the worker issue these drafts, and send them."""
    row = Approval.objects.create(invoices=list(pks), send=send, asked_by=by)
    transaction.on_commit(lambda: perform_approval.enqueue(str(row.pk)), robust=True)
    return row


def perform(approval: Approval, *, caller: Caller | None = None) -> None:
    """Issue, in the order of the clients' accounts, some at a time; stopped, it can go on.

    What is issued already is passed over. Raises what stops it, noted in the row.
    """
    approval.state = RunState.RUNNING
    approval.save()
    asker = caller or nexus.client.service_caller()
    try:
        people = people_of_nexus(asker)
        pks = list(
            Invoice.objects.filter(pk__in=approval.invoices, status=Status.DRAFT)
            .order_by("period_start", "company_id", "id")
            .values_list("pk", flat=True)
        )
        for first in range(0, len(pks), CHUNK):
            _issue(approval, pks[first : first + CHUNK], asker, people)
    except HiveMatrixError as problem:
        approval.state, approval.error = RunState.FAILED, str(problem)[:500]
        approval.save()
        raise
    approval.state, approval.done = RunState.DONE, len(approval.invoices)
    approval.save()


def _issue(
    approval: Approval, pks: Sequence[uuid.UUID], caller: Caller, people: Contacts | None
) -> None:
    """Issue some, and queue their mails, in one transaction: none is issued and forgotten."""
    rows = Invoice.objects.filter(pk__in=pks)
    companies = set(rows.values_list("company_id", flat=True))
    clients = clients_today(caller, companies)
    addresses = invoice_emails(caller, companies) if approval.send else {}
    with transaction.atomic():
        done = issue_many(
            pks,
            clients=clients,
            today=timezone.localdate(),
            by=approval.asked_by,
            contacts=people,
        )
        if approval.send:
            wanted = [(row, addresses.get(row.company_id, [])) for row in done.invoices]
            sent = queue_invoices(wanted, by=approval.asked_by)
            approval.unsent += len(sent.left_out)
        approval.issued += len(done.invoices)
        approval.refused |= {str(pk): why for pk, why in done.refused.items()}
        approval.done += len(pks)
        approval.save()
