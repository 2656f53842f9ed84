"""Issued invoices of any amount, and money for them, made without a run of the billing."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

from tests.treasury.people import ACME, GLOBEX
from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money, rounded
from treasury.invoices.models import Invoice, InvoiceLine, Series, Status
from treasury.payments import operations
from treasury.payments.models import Payment

ISSUED = date(2025, 11, 3)
NAMES = {ACME: "Acme", GLOBEX: "Globex"}


def euros(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def draft_of(
    *nets: str, company: uuid.UUID = ACME, percent: int = 20, currency: str = "EUR"
) -> Invoice:
    """A draft with a line for each net amount, keyed line-1 …, each taxed with VAT."""
    agreement, _ = Agreement.objects.get_or_create(
        company_id=company, title="Care", currency=currency, start=date(2020, 1, 1)
    )
    start = date(2021, 1, 1) + timedelta(days=Invoice.objects.count())
    taxes = [rounded(Decimal(net) * percent / 100, currency).amount for net in nets]
    net, tax = sum(map(Decimal, nets), Decimal(0)), sum(taxes, Decimal(0))
    row = {"code": "S", "name": "VAT", "percent": str(percent)}
    invoice = Invoice.objects.create(
        agreement=agreement,
        company_id=company,
        period_start=start,
        period_end=start + timedelta(days=1),
        currency=currency,
        net=net,
        tax=tax,
        gross=net + tax,
        tax_breakdown=[{**row, "base": str(net), "amount": str(tax)}],
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=number,
            identity=f"line-{number}",
            description=f"Thing {number}",
            amount=Decimal(each),
            taxes=[{"name": "VAT", "percent": str(percent), "amount": str(owed)}],
            explanation={"sentences": ["Because"]},
        )
        for number, (each, owed) in enumerate(zip(nets, taxes, strict=True), start=1)
    )
    return invoice


def billed(
    *nets: str,
    company: uuid.UUID = ACME,
    on: date = ISSUED,
    days: int = 30,
    percent: int = 20,
    currency: str = "EUR",
) -> Invoice:
    """Such an invoice, issued ``on`` a day and due ``days`` later."""
    invoice = draft_of(*nets, company=company, percent=percent, currency=currency)
    series, _ = Series.objects.get_or_create(code="INV")
    series.last_number += 1
    series.save()
    Invoice.objects.filter(pk=invoice.pk).update(
        status=Status.ISSUED,
        series=series,
        number=series.last_number,
        issued_on=on,
        due_on=on + timedelta(days=days),
        client={"name": NAMES.get(company, "Another"), "account_number": "C-1"},
        seller={"name": "Hive"},
    )
    invoice.refresh_from_db()
    return invoice


def money(
    amount: str, company: uuid.UUID = ACME, on: date = ISSUED, currency: str = "EUR", **fields
) -> operations.Received:
    return operations.Received(
        id=uuid.uuid4(),
        company_id=company,
        client_name=NAMES.get(company, "Another"),
        received_on=on,
        amount=Money(Decimal(amount), currency),
        **fields,
    )


def paid(amount: str, *chosen: Invoice, **fields) -> Payment:
    return operations.record(money(amount, **fields), chosen=[each.pk for each in chosen], by=None)


def state(invoice: Invoice) -> tuple[str, Decimal]:
    invoice.refresh_from_db()
    return invoice.status, invoice.open
