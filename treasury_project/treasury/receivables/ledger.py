"""Every movement of a client's account, in order: the one source of statements and balances."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from treasury.billing_rules.money import Money
from treasury.invoices.models import Invoice, Kind, Status
from treasury.payments.models import Allocation, Payment, Refund


@dataclass(frozen=True, slots=True)
class Entry:
    """What changed the balance: positive is owed by the client, negative is in their favour.

    ``address`` is a page that billing may open, for documents one that the client may open too.
    """

    day: date
    order: int  # of movements on one day
    what: str
    text: str
    amount: Money
    address: str = ""
    is_document: bool = False
    for_us: bool = False

    @property
    def text_for_client(self) -> str:
        """The text, unless it is a reason that we gave among us."""
        return "" if self.for_us else self.text


def entries(company_id: uuid.UUID, until: date) -> list[Entry]:
    """Return all entries of ``company_id`` up to and on ``until``, in order. Four queries."""
    found = [
        *_documents(company_id),
        *_payments(company_id),
        *_refunds(company_id),
        *_write_offs(company_id),
    ]
    return sorted(
        (each for each in found if each.day <= until),
        key=lambda each: (each.day, each.order, each.what),
    )


def _documents(company_id: uuid.UUID) -> Iterator[Entry]:
    rows = Invoice.objects.filter(company_id=company_id).exclude(status=Status.DRAFT)
    for row in rows.select_related("corrects", "agreement").order_by("issued_on", "number"):
        if row.issued_on is None:
            continue
        note = row.kind == Kind.CREDIT_NOTE and row.corrects is not None
        yield Entry(
            row.issued_on,
            1 if note else 0,
            f"{'Credit note' if note else 'Invoice'} {row.label}",
            f"For {row.corrects.label}: {row.reason}" if row.corrects else row.agreement.title,
            Money(row.gross, row.currency),
            reverse("invoice", args=[row.pk]),
            is_document=True,
        )


def _payments(company_id: uuid.UUID) -> Iterator[Entry]:
    for row in Payment.objects.filter(company_id=company_id).order_by("received_on", "id"):
        amount, address = Money(row.amount, row.currency), reverse("payment", args=[row.pk])
        text = row.reference or row.get_method_display()
        yield Entry(row.received_on, 2, "Payment", text, -amount, address)
        if row.reversed_on is not None:
            reason = row.reversal_reason
            yield Entry(
                row.reversed_on, 3, "Payment reversed", reason, amount, address, for_us=True
            )


def _refunds(company_id: uuid.UUID) -> Iterator[Entry]:
    for row in Refund.objects.filter(company_id=company_id).order_by("paid_on", "id"):
        amount = Money(row.amount, row.currency)
        text = row.reference or row.get_method_display()
        yield Entry(row.paid_on, 4, "Refund", text, amount)
        if row.reversed_on is not None:
            reason = row.reversal_reason
            yield Entry(row.reversed_on, 5, "Refund reversed", reason, -amount, for_us=True)


def _write_offs(company_id: uuid.UUID) -> Iterator[Entry]:
    rows = Allocation.objects.filter(
        invoice__company_id=company_id, payment__isnull=True, credit__isnull=True
    )
    for row in rows.select_related("invoice").order_by("day", "id"):
        if row.invoice is None:
            continue
        amount, label = Money(row.amount, row.invoice.currency), row.invoice.label
        yield Entry(row.day, 6, f"Written off of {label}", row.reason, -amount, for_us=True)
        if row.undone_on is not None:
            yield Entry(row.undone_on, 7, f"Write-off of {label} undone", "", amount)
