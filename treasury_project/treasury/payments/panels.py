"""What the page of an invoice shows about its money."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from hm_auth.access import may
from hm_auth.models import User
from treasury.billing_rules.money import Money, zero
from treasury.invoices.models import Invoice, Kind, Status
from treasury.payments.accounts import credit_total
from treasury.payments.models import Allocation


@dataclass(frozen=True, slots=True)
class Step:
    """One allocation of an invoice. Clients see neither links to payments nor undoing."""

    what: str
    day: date
    amount: Money
    address: str = ""
    reason: str = ""
    undone_on: date | None = None
    undo: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceMoney:
    """How an issued document stands. ``credit`` is what the client could use for it."""

    id: uuid.UUID
    company_id: uuid.UUID
    gross: Money
    open: Money
    credit: Money
    steps: tuple[Step, ...]
    may_manage: bool
    corrects: Invoice | None
    reason: str

    @property
    def is_credit(self) -> bool:
        """Tell whether it gave money back."""
        return self.gross.amount < 0

    @property
    def settled(self) -> Money:
        """What has been paid (or used) of it."""
        return self.gross - self.open


def invoice_money(invoice: Invoice, reader: User) -> InvoiceMoney | None:
    """Return what the page shows, None for drafts. At most four queries."""
    if invoice.status == Status.DRAFT:
        return None
    currency, manages = invoice.currency, may(reader, "payments.manage")
    usable = manages and invoice.open > 0
    return InvoiceMoney(
        id=invoice.pk,
        company_id=invoice.company_id,
        gross=Money(invoice.gross, currency),
        open=Money(invoice.open, currency),
        credit=credit_total(invoice.company_id, currency) if usable else zero(currency),
        steps=tuple(_steps(invoice, manages)),
        may_manage=manages,
        corrects=invoice.corrects if invoice.kind == Kind.CREDIT_NOTE else None,
        reason=invoice.reason,
    )


def _steps(invoice: Invoice, manages: bool) -> Iterator[Step]:
    uses = invoice.uses if invoice.gross < 0 else invoice.allocations
    found = uses.select_related("credit", "invoice").order_by("made_at", "id")
    for row in found:
        if row.undone_on is not None and not manages:
            continue
        what, address = _source(row, invoice, manages)
        standing = row.undone_on is None and row.refund_id is None
        yield Step(
            what=what,
            day=row.day,
            amount=Money(row.amount, invoice.currency),
            address=address,
            reason=row.reason if manages else "",
            undone_on=row.undone_on,
            undo=reverse("allocation-undo", args=[row.pk]) if manages and standing else "",
        )


def _source(row: Allocation, invoice: Invoice, manages: bool) -> tuple[str, str]:
    """Return what to call the other side of ``row``, and its page."""
    other = row.invoice if row.credit_id == invoice.pk else row.credit
    if other is not None:
        return other.label, reverse("invoice", args=[other.pk])
    if row.refund_id is not None:
        return "Refund", ""
    if row.payment_id is not None:
        return "Payment", reverse("payment", args=[row.payment_id]) if manages else ""
    return "Written off", ""
