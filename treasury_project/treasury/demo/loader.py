"""A believable year: agreed, used, billed by the code that bills real clients, mostly paid."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money
from treasury.billing_rules.periods import add_months
from treasury.demo import deals, offer
from treasury.demo.clients import CLIENTS, DemoClient, demo_id
from treasury.invoices.clients import Client
from treasury.invoices.credit_notes import issue_credit_note
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue_many
from treasury.invoices.models import Invoice, Status
from treasury.payments.operations import Received, record
from treasury.usage.models import Device, Reading

MONTHS = 12  # of issued invoices


@transaction.atomic
def load(*, today: date) -> bool:
    """Write the demo data; False when it is there already (nothing is touched then).

    The same day gives the same data. Every period that began before this month is issued on its
    first day; this month's are drafts, but one, which the page "Run billing" drafts.
    """
    if Agreement.objects.filter(pk=demo_id("agreement", CLIENTS[0].account_number)).exists():
        return False
    this_month = today.replace(day=1)
    start = add_months(this_month, -MONTHS)
    offer.load(start)
    deals.load(start, MONTHS)
    known, late, readings = deals.devices(start, MONTHS)
    Device.objects.bulk_create(known)
    Reading.objects.bulk_create(readings)
    for month in range(MONTHS):
        day = add_months(start, month)
        _pay(day)
        _bill(day)
    _credit(this_month)
    _pay(today)
    # They came last month, after it had been billed: this month's drafts make up for them.
    Device.objects.bulk_create(late)
    draft_due(today=this_month, by=None)
    deals.per_user(this_month)
    return True


def _bill(day: date) -> None:
    draft_due(today=day, by=None)
    drafts = list(Invoice.objects.filter(status=Status.DRAFT).values_list("pk", flat=True))
    clients = {client.company_id: _snapshot(client) for client in CLIENTS}
    issue_many(drafts, clients=clients, today=day, by=None)


def _snapshot(client: DemoClient) -> Client:
    return Client(
        name=client.name,
        account_number=client.account_number,
        legal_name=client.legal_name,
        tax_id=client.tax_id,
        street="1 High Street",
        postcode="D01 A1B2",
        city="Dublin",
        country=client.country,
    )


def _pay(today: date) -> None:
    """Let most clients pay what is due by now; one has stopped paying, some are a little late."""
    names = {client.company_id: client for client in CLIENTS}
    due = Invoice.objects.filter(open__gt=0, due_on__lt=today).order_by("due_on", "number")
    for invoice in due:
        client, due_on = names[invoice.company_id], invoice.due_on
        if due_on is None:
            continue
        slow = int(client.account_number[2:]) % 5
        gone = client.account_number == deals.OVERDUE and (today - due_on).days < 150
        paid_on = due_on + timedelta(days=slow * 4 - 3)
        if gone or paid_on >= today:
            continue
        received = Received(
            id=demo_id("payment", invoice.label),
            company_id=invoice.company_id,
            client_name=client.name,
            received_on=paid_on,
            amount=Money(invoice.open, invoice.currency),
            reference=invoice.label,
        )
        record(received, chosen=[invoice.pk], by=None)


def _credit(today: date) -> None:
    """Give one client a part of its last invoice back."""
    acme = CLIENTS[0].company_id
    invoice = Invoice.objects.filter(company_id=acme, open__gt=0).order_by("-number").first()
    if invoice is None:
        return
    line = invoice.lines.order_by("-amount")[0]
    issue_credit_note(
        invoice,
        amounts={line.identity: Money(line.amount / 10, invoice.currency)},
        reason="Two workstations were off for three days",
        today=today,
        by=None,
    )
