"""The columns of each kind of file, from an invoice and one of its lines.

Sources: Intuit, "Format CSV files to import multiple invoices"; Xero Central, "Import a CSV file of
sales invoices". Both take one row for each line, and the invoice's own columns on every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from treasury.invoices.models import Invoice, InvoiceLine

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: its name, its header, and the row of an invoice's line."""

    name: str
    label: str
    header: tuple[str, ...]
    row: Callable[[Invoice, InvoiceLine], Row]


def line_tax(line: InvoiceLine) -> Decimal:
    """Return all taxes of a line."""
    return sum((Decimal(each["amount"]) for each in line.taxes), Decimal(0))


def tax_name(invoice: Invoice, line: InvoiceLine) -> str:
    """Return what the line's taxes are called, such as "VAT 23 %"; else why there is none."""
    names = [f"{each['name']} {Decimal(each['percent']).normalize():f} %" for each in line.taxes]
    return " + ".join(names) or str(invoice.liability_reason) or "None"


def _plain(invoice: Invoice, line: InvoiceLine) -> Row:
    client = invoice.client or {}
    return (
        invoice.label, invoice.get_kind_display(), invoice.issued_on, invoice.due_on,
        client.get("account_number"), client.get("name"), client.get("tax_id"), invoice.po_number,
        invoice.period_start, invoice.last_day, invoice.get_status_display(), line.description,
        line.amount, line_tax(line), line.amount + line_tax(line), tax_name(invoice, line),
        invoice.currency, invoice.gross, invoice.open,
    )  # fmt: skip


def _quickbooks(invoice: Invoice, line: InvoiceLine) -> Row:
    client = invoice.client or {}
    return (
        invoice.label, client.get("name"), _american(invoice.issued_on), _american(invoice.due_on),
        "", "", invoice.po_number, line.description, _sentences(line), 1, line.amount, line.amount,
        tax_name(invoice, line), line_tax(line), invoice.currency, _american(invoice.period_start),
    )  # fmt: skip


def _xero(invoice: Invoice, line: InvoiceLine) -> Row:
    client = invoice.client or {}
    account = (line.explanation or {}).get("income_account", "")
    return (
        client.get("name"), client.get("email", ""), invoice.label, invoice.po_number,
        invoice.issued_on, invoice.due_on, invoice.gross, line.description, 1, line.amount, account,
        tax_name(invoice, line), line_tax(line), invoice.currency,
    )  # fmt: skip


def _american(day: Any) -> str:
    """Return a day as QuickBooks reads it by default: 11/24/2026."""
    return day.strftime("%m/%d/%Y") if day else ""


def _sentences(line: InvoiceLine) -> str:
    return "; ".join((line.explanation or {}).get("sentences", ()))[:4000]


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        layout.name: layout
        for layout in (
            Layout(
                "csv",
                "CSV, a row for each line",
                (
                    "invoice", "kind", "issued", "due", "account", "client", "tax id", "PO number",
                    "period from", "period to", "status", "description", "net", "tax", "gross",
                    "tax name", "currency", "invoice gross", "invoice open",
                ),
                _plain,
            ),
            Layout(
                "quickbooks",
                "QuickBooks Online, invoices",
                (
                    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location",
                    "Memo", "Item(Product/Service)", "ItemDescription", "ItemQuantity", "ItemRate",
                    "*ItemAmount", "*ItemTaxCode", "ItemTaxAmount", "Currency", "Service Date",
                ),
                _quickbooks,
            ),
            Layout(
                "xero",
                "Xero, sales invoices",
                (
                    "*ContactName", "EmailAddress", "*InvoiceNumber", "Reference", "*InvoiceDate",
                    "*DueDate", "Total", "*Description", "*Quantity", "*UnitAmount", "*AccountCode",
                    "*TaxType", "TaxAmount", "Currency",
                ),
                _xero,
            ),
        )
    }
)  # fmt: skip
