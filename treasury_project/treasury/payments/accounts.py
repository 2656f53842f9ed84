"""A client's account in one currency: what they owe, and the credit they have."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from treasury.billing_rules.money import Money
from treasury.billing_rules.payments import Debt
from treasury.invoices.models import Invoice, Status
from treasury.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a payment, or of a document that gave money back: exactly one of the two."""

    since: date
    left: Money
    payment: Payment | None = None
    document: Invoice | None = None


def lock(company_id: uuid.UUID) -> None:
    """Let one transaction at a time move money of this company; the others wait."""
    with connection.cursor() as cursor:
        key = f"treasury.account:{company_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def unpaid(company_id: uuid.UUID, currency: str) -> list[Invoice]:
    """Return the invoices that are not paid in full, the oldest first."""
    rows = Invoice.objects.filter(company_id=company_id, currency=currency, open__gt=0)
    return list(rows.exclude(status=Status.DRAFT).order_by("due_on", "series_id", "number"))


def as_debt(invoice: Invoice) -> Debt:
    """Return what the rules of payments take: its number is its key."""
    if invoice.due_on is None:
        raise ValueError(f"{invoice.label} has not been issued")
    return Debt(invoice.label, invoice.due_on, Money(invoice.open, invoice.currency))


def credits_of(company_id: uuid.UUID, currency: str) -> list[Credit]:
    """Return what the client can still use, the oldest first."""
    payments = Payment.objects.filter(company_id=company_id, currency=currency).with_credit()
    found = [
        Credit(each.received_on, Money(each.unused, currency), payment=each) for each in payments
    ]
    return sorted([*found, *_documents(company_id, currency)], key=lambda each: each.since)


def credit_total(company_id: uuid.UUID, currency: str) -> Money:
    """Return how much credit the client has."""
    payments = Payment.objects.filter(company_id=company_id, currency=currency, unused__gt=0)
    documents = Invoice.objects.filter(company_id=company_id, currency=currency, open__lt=0)
    unused: Decimal = payments.aggregate(sum=Coalesce(Sum("unused"), Decimal(0)))["sum"]
    given: Decimal = documents.aggregate(sum=Coalesce(Sum(-F("open")), Decimal(0)))["sum"]
    return Money(unused + given, currency)


def _documents(company_id: uuid.UUID, currency: str) -> Iterator[Credit]:
    rows = Invoice.objects.filter(company_id=company_id, currency=currency, open__lt=0)
    for row in rows.exclude(status=Status.DRAFT).order_by("issued_on", "series_id", "number"):
        if row.issued_on is not None:
            yield Credit(row.issued_on, Money(-row.open, currency), document=row)
