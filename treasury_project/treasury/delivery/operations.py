"""Queueing mails. ``sending`` sends them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.delivery.mail import invoice_body, invoice_subject
from treasury.delivery.models import Delivery, Kind
from treasury.delivery.tasks import send_waiting
from treasury.documents.paper import printable
from treasury.invoices.models import Invoice, Status

ONE_WAITS = "delivery_one_waits"


class CannotSend(HiveMatrixError):
    """There is nothing to send, nobody to send it to, or it waits to be sent already."""

    code = "cannot_send"


def queue_invoice(
    invoice: Invoice, *, to: Sequence[str], by: User | None, body: str = ""
) -> Delivery:
    """Queue the mail with an issued ``invoice``. Raises CannotSend.

    ``body`` instead of the usual words. Sent when the transaction is committed, by the worker; once
    it is, the invoice is "sent".
    """
    if invoice.status == Status.DRAFT:
        raise CannotSend("A draft is not sent: issue it first.")
    return queue(
        kind=Kind.INVOICE,
        company_id=invoice.company_id,
        invoice=invoice,
        to=to,
        subject=invoice_subject(invoice),
        body=body or invoice_body(invoice),
        by=by,
    )


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
            transaction.on_commit(send_waiting.enqueue)
    except IntegrityError as refusal:
        if ONE_WAITS not in str(refusal):
            raise
        raise CannotSend("This waits to be sent already.") from refusal
    return made
