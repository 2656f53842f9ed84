"""Every write to payments: money in, money back, and what it is used for.

Each takes the client's account first, so that two clerks cannot use the same money. The database
would refuse it in any case.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from hm_auth.webhooks import operations as webhooks
from treasury.billing_rules.money import Money, total
from treasury.billing_rules.payments import allocate
from treasury.invoices.issuing import payload
from treasury.invoices.models import Invoice, Status
from treasury.payments import accounts
from treasury.payments.accounts import Credit
from treasury.payments.models import Allocation, Method, Payment, Refund


class NotPossible(HiveMatrixError):
    """The money is not there (any more), or the document is not one to pay."""

    code = "not_possible"


class AlreadyRecorded(HiveMatrixError):
    """This payment, or this booking of the bank, is there already."""

    code = "already_recorded"


@dataclass(frozen=True, slots=True)
class Received:
    """Money as it came in. ``id`` is chosen before, so that a form sent twice is one payment."""

    id: uuid.UUID
    company_id: uuid.UUID
    client_name: str
    received_on: date
    amount: Money
    method: str = Method.TRANSFER.value
    reference: str = ""
    bank_reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """Money that goes back to the client."""

    id: uuid.UUID
    company_id: uuid.UUID
    client_name: str
    paid_on: date
    amount: Money
    method: str = Method.TRANSFER.value
    reference: str = ""
    note: str = ""


@transaction.atomic
def record(received: Received, *, chosen: Sequence[uuid.UUID] = (), by: User | None) -> Payment:
    """Record money and pay the ``chosen`` invoices with it, then the oldest; the rest is credit.

    Raises AlreadyRecorded, NotPossible.
    """
    accounts.lock(received.company_id)
    _refuse_repetition(received)
    if received.amount.amount <= 0:
        raise NotPossible("A payment is more than nothing.")
    payment = Payment.objects.create(
        id=received.id,
        company_id=received.company_id,
        client_name=received.client_name,
        received_on=received.received_on,
        amount=received.amount.amount,
        currency=received.amount.currency,
        method=received.method,
        reference=received.reference,
        bank_reference=received.bank_reference,
        note=received.note,
        recorded_by=by,
    )
    plan = planned(received, chosen=chosen)
    for invoice, amount in plan:
        day = max(received.received_on, _issued_on(invoice))
        Allocation.objects.create(
            payment=payment, invoice=invoice, amount=amount.amount, day=day, made_by=by
        )
    payment.refresh_from_db()
    _announce([invoice for invoice, _ in plan])
    return payment


def planned(received: Received, *, chosen: Sequence[uuid.UUID] = ()) -> list[tuple[Invoice, Money]]:
    """Return what ``record`` would pay now, in its order. Raises NotPossible."""
    rows = accounts.unpaid(received.company_id, received.amount.currency)
    by_id = {row.pk: row for row in rows}
    if missing := [pk for pk in chosen if pk not in by_id]:
        raise NotPossible(f"{len(missing)} of the chosen invoices has been paid meanwhile.")
    names = [by_id[pk].label for pk in chosen]
    plan = allocate(received.amount, map(accounts.as_debt, rows), chosen=names)
    by_label = {row.label: row for row in rows}
    return [(by_label[label], amount) for label, amount in plan.paid.items()]


@transaction.atomic
def use_credit(invoice: Invoice, *, today: date, by: User | None) -> Money:
    """Pay ``invoice`` with the client's credit, as far as both go. Raises NotPossible."""
    accounts.lock(invoice.company_id)
    invoice.refresh_from_db()
    owed = _owed(invoice)
    found = accounts.credits_of(invoice.company_id, invoice.currency)
    if not owed or not found:
        raise NotPossible("There is no credit to use, or nothing left to pay.")
    left = owed
    for each in found:
        if part := min(each.left, left):
            day = max(today, each.since, _issued_on(invoice))
            _use(each, part, day=day, by=by, invoice=invoice)
            left -= part
    _announce([invoice])
    return owed - left


@transaction.atomic
def apply_document(document: Invoice, invoice: Invoice, *, by: User | None) -> Money:
    """Use a credit note for the ``invoice`` it corrects, as far as that is open."""
    accounts.lock(invoice.company_id)
    invoice.refresh_from_db()
    part = min(Money(-document.open, invoice.currency), _owed(invoice))
    if part:
        credit = Credit(_issued_on(document), part, document=document)
        day = max(_issued_on(document), _issued_on(invoice))
        _use(credit, part, day=day, by=by, invoice=invoice)
        _announce([invoice])
    return part


@transaction.atomic
def refund(back: Back, *, by: User | None) -> Refund:
    """Pay credit back to the client, the oldest first. Raises NotPossible, AlreadyRecorded."""
    accounts.lock(back.company_id)
    if Refund.objects.filter(pk=back.id).exists():
        raise AlreadyRecorded("This refund has been recorded already.")
    found = [
        each
        for each in accounts.credits_of(back.company_id, back.amount.currency)
        if each.since <= back.paid_on
    ]
    there = total((each.left for each in found), back.amount.currency)
    if back.amount.amount <= 0 or there < back.amount:
        raise NotPossible(f"The client has {there} of credit on that day.")
    row = Refund.objects.create(
        id=back.id,
        company_id=back.company_id,
        client_name=back.client_name,
        paid_on=back.paid_on,
        amount=back.amount.amount,
        currency=back.amount.currency,
        method=back.method,
        reference=back.reference,
        note=back.note,
        recorded_by=by,
    )
    left = back.amount
    for each in found:
        if part := min(each.left, left):
            _use(each, part, day=back.paid_on, by=by, refund=row)
            left -= part
    return row


@transaction.atomic
def write_off(
    invoice: Invoice, *, amount: Money, reason: str, day: date, by: User | None
) -> Allocation:
    """Give up ``amount`` of what is open of ``invoice``. Raises NotPossible."""
    accounts.lock(invoice.company_id)
    invoice.refresh_from_db()
    if amount.amount <= 0 or invoice.open < amount.amount or amount.currency != invoice.currency:
        raise NotPossible(f"{Money(invoice.open, invoice.currency)} is open of {invoice.label}.")
    if not reason.strip():
        raise NotPossible("Say why it is written off.")
    return Allocation.objects.create(
        invoice=invoice,
        amount=amount.amount,
        day=max(day, _issued_on(invoice)),
        reason=reason.strip(),
        made_by=by,
    )


def _refuse_repetition(received: Received) -> None:
    if Payment.objects.filter(pk=received.id).exists():
        raise AlreadyRecorded("This payment has been recorded already.")
    known = Payment.objects.filter(bank_reference=received.bank_reference)
    if received.bank_reference and known.exists():
        raise AlreadyRecorded(f"{received.bank_reference} has been recorded already.")


def _use(
    credit: Credit,
    part: Money,
    *,
    day: date,
    by: User | None,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
) -> None:
    Allocation.objects.create(
        payment=credit.payment,
        credit=credit.document,
        invoice=invoice,
        refund=refund,
        amount=part.amount,
        day=day,
        made_by=by,
    )


def _announce(touched: Iterable[Invoice]) -> None:
    """Tell other programs which of ``touched`` are paid in full now."""
    paid = Invoice.objects.filter(pk__in=[row.pk for row in touched], status=Status.PAID)
    webhooks.announce("invoice.paid", map(payload, paid))


def _owed(invoice: Invoice) -> Money:
    return Money(max(invoice.open, Decimal(0)), invoice.currency)


def _issued_on(invoice: Invoice) -> date:
    if invoice.issued_on is None:
        raise NotPossible("A draft is neither paid nor used.")
    return invoice.issued_on


def undo_all(rows: Iterable[Allocation], *, day: date, by: User | None) -> list[Allocation]:
    """Undo ``rows`` one by one, on ``day`` or the day each was made, if that is later."""
    undone = []
    for row in rows:
        row.undone_on = max(day, row.day)
        row.undone_by = by
        row.save(update_fields=["undone_on", "undone_by"])
        undone.append(row)
    return undone
