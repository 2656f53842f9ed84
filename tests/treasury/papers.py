"""Papers to make documents of."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

from treasury.billing_rules.money import Money, rounded, total
from treasury.documents.paper import (
    Address,
    Buyer,
    Corrected,
    Kind,
    LineTax,
    Paper,
    PaperLine,
    Seller,
    TaxRow,
)

SELLER = Seller(
    name="Northbridge IT",
    legal_name="Northbridge IT Services Ltd",
    address=Address(("1 Quay Street", "Floor 2"), "D02 X285", "Dublin", "IE"),
    tax_id="IE6388047V",
    registration="654321",
    iban="IE29AIBK93115212345678",
    bic="AIBKIE2D",
    email="billing@northbridge.example",
    phone="+353 1 555 0100",
    footer="Thank you for working with us.",
)
BUYER = Buyer(
    name="Globex",
    legal_name="Globex Holdings GmbH",
    address=Address(("Hauptstraße 5",), "10115", "Berlin", "DE"),
    tax_id="DE123456789",
    account_number="C-1002",
    email="ap@globex.example",
    peppol_id="9930:de123456789",
    reference="REF-7",
)
VAT = ("S", "VAT", Decimal(23))
LOW = ("S", "VAT", Decimal("13.5"))
ZERO = ("Z", "VAT", Decimal(0))
WHY = {
    "E": "Exempt: article 132 of Directive 2006/112/EC",
    "AE": "Reverse charge: article 196 of Directive 2006/112/EC",
    "G": "Export: article 146 of Directive 2006/112/EC",
    "O": "Place of supply outside the EU",
}
Rate = tuple[str, str, Decimal]


def eur(amount: Any) -> Money:
    return Money(Decimal(str(amount)), "EUR")


def line(net: Any = "100.00", *rates: Rate, description: str = "Care", **more: Any) -> PaperLine:
    """A line whose taxes are rounded for it."""
    amount = eur(net)
    taxes = tuple(
        LineTax(*rate, rounded(amount.amount * rate[2] / 100, "EUR")) for rate in rates or (VAT,)
    )
    return PaperLine(description, amount, taxes, **more)


def paper(*lines: PaperLine, **more: Any) -> Paper:
    """An invoice of ``lines``; ``kind`` makes it a credit note."""
    lines = lines or (line(),)
    rows: dict[Rate, list[tuple[Money, Money]]] = {}
    for each in lines:
        for tax in each.taxes:
            rows.setdefault((tax.code, tax.name, tax.percent), []).append((each.net, tax.amount))
    net = total((each.net for each in lines), "EUR")
    tax = total((tax.amount for each in lines for tax in each.taxes), "EUR")
    credit = more.get("kind") is Kind.CREDIT_NOTE
    return Paper(
        **{
            "kind": Kind.INVOICE,
            "label": "INV-00012",
            "issued_on": date(2026, 11, 3),
            "due_on": date(2026, 11, 17),
            "period": (date(2026, 11, 1), date(2026, 11, 30)),
            "currency": "EUR",
            "seller": SELLER,
            "buyer": BUYER,
            "lines": lines,
            "taxes": tuple(
                TaxRow(
                    *rate,
                    total((base for base, _ in found), "EUR"),
                    total((amount for _, amount in found), "EUR"),
                    WHY.get(rate[0], ""),
                )
                for rate, found in rows.items()
            ),
            "net": net,
            "tax": tax,
            "gross": net + tax,
            "paid": eur(0),
            "open": net + tax,
            "po_number": "PO-991",
            "corrects": Corrected("INV-00003", date(2026, 10, 1)) if credit else None,
            **more,
        }
    )


def changed(what: Any, **fields: Any) -> Any:
    return dataclasses.replace(what, **fields)
