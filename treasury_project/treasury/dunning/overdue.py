"""Telling other programs, once, of invoices that are not paid on their due day."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hm_auth.webhooks import operations as webhooks
from treasury.dunning.models import Overdue
from treasury.invoices.issuing import payload
from treasury.invoices.models import Invoice


@transaction.atomic
def notice(*, today: date) -> int:
    """Announce every invoice that is overdue and was not announced; returns how many."""
    found = Invoice.objects.overdue(today).filter(overdue__isnull=True)
    rows = list(found.select_for_update(of=("self",)).order_by("due_on", "number")[:5000])
    Overdue.objects.bulk_create(
        [Overdue(invoice=row, noticed_on=today) for row in rows], ignore_conflicts=True
    )
    webhooks.announce("invoice.overdue", map(payload, rows))
    return len(rows)
