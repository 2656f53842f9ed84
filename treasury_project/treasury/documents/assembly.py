"""From an invoice's row, its lines loaded, to the paper. No query and no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from treasury.billing_rules.money import Money, zero
from treasury.billing_rules.taxes import Liability
from treasury.documents.paper import Corrected, Kind, LineTax, Paper, PaperLine, TaxRow
from treasury.documents.quantities import counted
from treasury.documents.snapshots import Kept, buyer_of, seller_of
from treasury.invoices.models import Invoice, InvoiceLine, Status
from treasury.seller.models import Seller


def paper_of(invoice: Invoice, seller: Seller) -> Paper:
    """Return an issued ``invoice`` as it was issued: what was paid since is not part of it.

    ``lines`` and, of a credit note, ``corrects`` are loaded. Raises ValueError for wrong sums.
    """
    if invoice.issued_on is None or invoice.due_on is None or invoice.client is None:
        raise ValueError(f"{invoice.pk} is not issued")
    return _paper(invoice, seller, invoice.client, invoice.issued_on, invoice.due_on)


def preview_of(invoice: Invoice, seller: Seller, client: Kept, today: date) -> Paper:
    """Return a draft as it would be if it were issued ``today``, marked as a draft.

    ``agreement`` is loaded too. Raises ValueError for wrong sums.
    """
    due = today + timedelta(days=invoice.agreement.payment_days)
    return _paper(invoice, seller, client, today, due)


def _paper(row: Invoice, seller: Seller, client: Kept, on: date, due: date) -> Paper:
    credit = row.kind == Kind.CREDIT_NOTE.value
    sign = -1 if credit else 1

    def money(amount: Decimal | str) -> Money:
        return Money(sign * Decimal(amount), row.currency)

    rows = _tax_rows(row, money)
    gross = money(row.gross)
    return Paper(
        kind=Kind(row.kind),
        label=row.label,
        issued_on=on,
        due_on=due,
        period=(row.period_start, row.last_day),
        currency=row.currency,
        seller=seller_of(row.seller, seller),
        buyer=buyer_of(client),
        lines=tuple(
            _line(each, rows, money, credit)
            for each in sorted(row.lines.all(), key=lambda each: each.position)
        ),
        taxes=rows,
        net=money(row.net),
        tax=money(row.tax),
        gross=gross,
        paid=zero(row.currency),
        open=gross,
        po_number=row.po_number,
        terms="" if credit or due == on else f"Payment terms: {_days((due - on).days)}.",
        note=row.reason,
        corrects=_corrected(row) if credit else None,
        draft=row.status == Status.DRAFT,
    )


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _corrected(row: Invoice) -> Corrected | None:
    invoice = row.corrects
    if invoice is None or invoice.issued_on is None:
        return None
    return Corrected(invoice.label, invoice.issued_on)


def _tax_rows(row: Invoice, money: Any) -> tuple[TaxRow, ...]:
    stored: Sequence[Mapping[str, str]] = row.tax_breakdown
    if not stored:  # nothing is known about taxes: no e-invoice can be made of it
        nothing = zero(row.currency)
        code = Liability.OUT_OF_SCOPE.value
        return (TaxRow(code, "No tax", Decimal(0), money(row.net), nothing, row.liability_reason),)
    return tuple(
        TaxRow(
            each["code"],
            each["name"],
            Decimal(each["percent"]),
            money(each["base"]),
            money(each["amount"]),
            row.liability_reason,
        )
        for each in stored
    )


def _line(row: InvoiceLine, rows: Sequence[TaxRow], money: Any, credit: bool) -> PaperLine:
    codes = {(each.name, each.percent): each.code for each in rows}
    taxes = tuple(
        LineTax(
            codes.get((each["name"], Decimal(each["percent"])), ""),  # no category: refused
            each["name"],
            Decimal(each["percent"]),
            money(each["amount"]),
        )
        for each in row.taxes
    )
    net = money(row.amount)
    if not taxes and len(rows) == 1 and not rows[0].percent:
        only = rows[0]
        taxes = (LineTax(only.code, only.name, only.percent, zero(net.currency)),)
    quantity, unit, price = (None if credit else counted(row.explanation)) or (None, "", None)
    return PaperLine(
        description=row.description,
        net=net,
        taxes=taxes,
        quantity=quantity,
        unit=unit,
        unit_price=price,
        sentences=tuple(row.explanation.get("sentences", ())),
    )
