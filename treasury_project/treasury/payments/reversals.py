"""Taking back what was recorded: a payment that bounced, a refund, an allocation.

Nothing is removed. What was taken back stays, with the day, the person and the reason.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db import transaction

from hm_auth.models import User
from treasury.payments import accounts
from treasury.payments.models import Allocation, Payment, Refund
from treasury.payments.operations import NotPossible, undo_all

Row = TypeVar("Row", Payment, Refund)


@transaction.atomic
def reverse_payment(payment: Payment, *, day: date, reason: str, by: User | None) -> Payment:
    """Undo all that ``payment`` pays, and then the payment. Raises NotPossible.

    What was refunded of it is not undone: that money left our account, a person has to say so.
    """
    accounts.lock(payment.company_id)
    row: Payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    _refuse(row, reason, day >= row.received_on)
    uses = Allocation.objects.standing().filter(payment=row)
    if uses.filter(refund__isnull=False).exists():
        raise NotPossible("A part of it was refunded. Reverse that refund first.")
    undo_all(uses, day=day, by=by)
    return _reverse(row, day=day, reason=reason, by=by)


@transaction.atomic
def reverse_refund(refund: Refund, *, day: date, reason: str, by: User | None) -> Refund:
    """Give the client the credit back that ``refund`` paid out. Raises NotPossible."""
    accounts.lock(refund.company_id)
    row: Refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
    _refuse(row, reason, day >= row.paid_on)
    undo_all(Allocation.objects.standing().filter(refund=row), day=day, by=by)
    return _reverse(row, day=day, reason=reason, by=by)


@transaction.atomic
def undo(allocation: Allocation, *, day: date, by: User | None) -> Allocation:
    """Free the money of ``allocation``, or take a write-off back. Raises NotPossible."""
    if allocation.invoice is None:
        raise NotPossible("A refund is reversed as a whole.")
    accounts.lock(allocation.invoice.company_id)
    row = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    if row.undone_on is not None:
        raise NotPossible("That has been undone already.")
    (undone,) = undo_all([row], day=day, by=by)
    return undone


def _refuse(row: Payment | Refund, reason: str, in_time: bool) -> None:
    if row.reversed_on is not None:
        raise NotPossible("That has been reversed already.")
    if not reason.strip():
        raise NotPossible("Say why.")
    if not in_time:
        raise NotPossible("The day is before the money moved.")


def _reverse(row: Row, *, day: date, reason: str, by: User | None) -> Row:
    row.reversed_on, row.reversed_by, row.reversal_reason = day, by, reason.strip()
    row.save(update_fields=["reversed_on", "reversed_by", "reversal_reason"])
    row.refresh_from_db()
    return row
