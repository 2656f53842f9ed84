"""Queueing mails. ``sending`` sends them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.delivery.mail import invoice_body, invoice_subject
from treasury.delivery.models import Delivery, Kind
from treasury.delivery.tasks import send_waiting
from treasury.documents.paper import printable
from treasury.documents.snapshots import seller_today
from treasury.invoices.models import Invoice, Status

ONE_WAITS = "delivery_one_waits"


class CannotSend(HiveMatrixError):
    """There is nothing to send, nobody to send it to, or it waits to be sent already."""

    code = "cannot_send"


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of many invoices to send."""

    deliveries: tuple[Delivery, ...]
    left_out: tuple[Invoice, ...]


def queue_invoice(
    invoice: Invoice, *, to: Sequence[str], by: User | None, body: str = ""
) -> Delivery:
    """Queue the mail with an issued ``invoice``. Raises CannotSend.

    ``body`` instead of the usual words. Sent when the transaction is committed, by the worker; once
    it is, the invoice is "sent".
    """
    if invoice.status == Status.DRAFT:
        raise CannotSend("A draft is not sent: issue it first.")
    seller = seller_today()
    return queue(
        kind=Kind.INVOICE,
        company_id=invoice.company_id,
        invoice=invoice,
        to=to,
        subject=invoice_subject(invoice, seller),
        body=body or invoice_body(invoice, seller),
        by=by,
    )


@transaction.atomic
def queue_invoices(wanted: Iterable[tuple[Invoice, Sequence[str]]], *, by: User | None) -> Queued:
    """Queue the mails with many issued invoices, each to its addresses, in three queries.

    Left out, and named: drafts, those without an address, and those that wait already.
    """
    seller = seller_today()
    pairs = list(wanted)
    rows = [
        Delivery(
            kind=Kind.INVOICE,
            company_id=invoice.company_id,
            invoice=invoice,
            to=list(dict.fromkeys(to)),
            subject=invoice_subject(invoice, seller),
            body=invoice_body(invoice, seller),
            created_by=by,
        )
        for invoice, to in pairs
        if to and invoice.status != Status.DRAFT
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    made = set(Delivery.objects.filter(pk__in=[each.pk for each in rows]).values_list("pk"))
    queued = tuple(each for each in rows if (each.pk,) in made)
    if queued:
        transaction.on_commit(send_waiting.enqueue, robust=True)
    on_the_way = {each.invoice_id for each in queued}
    return Queued(queued, tuple(invoice for invoice, _ in pairs if invoice.pk not in on_the_way))


def queue(
    *,
    kind: Kind,
    company_id: uuid.UUID,
    invoice: Invoice | None,
    to: Sequence[str],
    subject: str,
    body: str,
    by: User | None,
) -> Delivery:
    """Queue a mail; one about an invoice has its files with it. Raises CannotSend.

    A second one of the same kind about the same invoice is refused while the first waits.
    """
    if not to:
        raise CannotSend("Nobody is known to send this to: enter an address for invoices.")
    made = Delivery(
        kind=kind,
        company_id=company_id,
        invoice=invoice,
        to=list(dict.fromkeys(to)),
        subject=printable(subject)[:200],
        body=body,
        created_by=by,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            transaction.on_commit(send_waiting.enqueue, robust=True)
    except IntegrityError as refusal:
        if ONE_WAITS not in str(refusal):
            raise
        raise CannotSend("This waits to be sent already.") from refusal
    return made
