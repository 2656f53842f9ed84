"""What the printed document says, as the texts that the Typst template lays out."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from treasury.billing_rules.money import Money
from treasury.documents.paper import Address, Kind, LineTax, Paper, PaperLine, TaxRow, printable

_LETTER = frozenset({"US", "CA", "MX", "PH"})
_NAMES = {
    "E": "Exempt",
    "AE": "Reverse charge",
    "G": "Export",
    "O": "No tax",
}
_UNBROKEN = re.compile(r"\S{41,}")
_PIECE = re.compile(r"\S{8}")

Words = dict[str, Any]


def words(paper: Paper) -> Words:
    """Return the texts of ``paper``, all printable, as JSON can hold them."""
    credit = paper.kind is Kind.CREDIT_NOTE
    seller, buyer = paper.seller, paper.buyer
    where = [*seller.address.lines, _place(paper.seller.address)]
    found: Words = {
        "title": "Credit note" if credit else "Invoice",
        "label": paper.label,
        "sheet": "us-letter" if seller.address.country in _LETTER else "a4",
        "draft": paper.draft,
        "accent": seller.accent,
        "currency": paper.currency,
        "issued": [paper.issued_on.year, paper.issued_on.month, paper.issued_on.day],
        "seller": {
            "name": seller.name,
            "head": [*where, seller.email, seller.phone],
            "sender": "  ·  ".join(x for x in (seller.name, *where) if x),
            "foot": _foot(paper),
        },
        "buyer": {"name": buyer.legal_name or buyer.name, "lines": _buyer_lines(paper)},
        "facts": _facts(paper),
        "note": paper.note,
        "lines": [_line(each) for each in paper.lines],
        "taxes": [_tax_row(each) for each in paper.taxes],
        "totals": _totals(paper),
        "due": ["To your credit" if credit else "To pay", _money(paper.open)],
        "payment": _payment(paper),
        "footer": seller.footer,
    }
    return _clean(found)  # type: ignore[no-any-return]


def day(value: date) -> str:
    """Return 3 November 2026, whatever the locale of the process."""
    months = "January February March April May June July August September October November December"
    return f"{value.day} {months.split()[value.month - 1]} {value.year}"


def _days(first: date, last: date) -> str:
    """Return first and last day, saying month and year once where they are the same."""
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    same = 2 if first.month == last.month else 1
    return f"{' '.join(day(first).split()[:-same])} – {day(last)}"


def _facts(paper: Paper) -> list[tuple[str, str]]:
    credit = paper.kind is Kind.CREDIT_NOTE
    facts = [
        ("Number", paper.label),
        ("Date", day(paper.issued_on)),
        ("Due", "" if credit else day(paper.due_on)),
        ("Period", _days(*paper.period) if paper.period else ""),
        ("Account", paper.buyer.account_number),
        ("Your PO", paper.po_number),
        ("Your reference", paper.buyer.reference),
        ("Your tax id", paper.buyer.tax_id),
    ]
    if paper.corrects:
        told = f"{paper.corrects.label} of {day(paper.corrects.issued_on)}"
        facts.insert(2, ("Corrects", told))
    return [(name, value) for name, value in facts if value]


def _buyer_lines(paper: Paper) -> list[str]:
    buyer = paper.buyer
    trade = buyer.name if buyer.legal_name and buyer.legal_name != buyer.name else ""
    return [x for x in (trade, *buyer.address.lines, _place(buyer.address)) if x]


def _place(address: Address) -> str:
    parts = (address.postcode, address.city, address.region, address.country)
    return " ".join(each for each in parts if each)


def _foot(paper: Paper) -> list[str]:
    seller = paper.seller
    facts = [
        seller.legal_name or seller.name,
        seller.registration and f"Registration {seller.registration}",
        seller.tax_id and f"Tax id {seller.tax_id}",
    ]
    return [each for each in facts if each]


def _line(line: PaperLine) -> Words:
    counted = line.quantity is not None and line.unit_price is not None
    quantity = f"{_number(line.quantity)} {line.unit}".strip() if line.quantity is not None else ""
    return {
        "description": line.description,
        "sentences": list(line.sentences),
        "quantity": quantity if counted else "",
        "price": _price(line.unit_price) if counted and line.unit_price is not None else "",
        "tax": " + ".join(_rate(each) for each in line.taxes),
        "net": _figure(line.net),
    }


def _rate(tax: LineTax) -> str:
    return _NAMES.get(tax.code, f"{_number(tax.percent)} %")


def _tax_row(row: TaxRow) -> Words:
    name = _NAMES.get(row.code) or f"{row.name} {_number(row.percent)} %"
    base, amount = _figure(row.base), _figure(row.amount)
    return {"name": name, "reason": row.reason, "base": base, "amount": amount}


def _totals(paper: Paper) -> list[tuple[str, str]]:
    rows = [("Net", _money(paper.net)), ("Tax", _money(paper.tax))]
    if paper.paid:
        rows += [("Total", _money(paper.gross)), ("Paid", _money(paper.paid))]
    return rows


def _payment(paper: Paper) -> Words:
    if paper.kind is Kind.CREDIT_NOTE:
        told = paper.terms or "Nothing to pay: the amount is credited to your account."
        return {"title": "Credit", "lines": [told], "account": []}
    if not paper.open:
        return {"title": "Nothing to pay", "lines": [paper.terms], "account": []}
    groups = re.sub(r"\s", "", paper.seller.iban)
    account = [
        ("IBAN", " ".join(groups[i : i + 4] for i in range(0, len(groups), 4))),
        ("BIC", paper.seller.bic),
        ("Account holder", (paper.seller.legal_name or paper.seller.name) if groups else ""),
        ("Reference", paper.label),
    ]
    title = f"Please pay {_money(paper.open)} by {day(paper.due_on)}"
    return {
        "title": title,
        "lines": [paper.terms],
        "account": [row for row in account if row[1]],
    }


def _figure(money: Money) -> str:
    return f"{money.amount:,f}".replace("-", "−")


def _money(money: Money) -> str:
    return f"{_figure(money)} {money.currency}"


def _price(value: Decimal) -> str:
    """With two places at least, and as many as the price has."""
    exact = value.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{exact:,.{places}f}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}".replace("-", "−")


def _clean(value: Any) -> Any:
    """Make all texts printable, and let a word of more than 40 letters be broken anywhere."""
    if isinstance(value, str):
        return _UNBROKEN.sub(_breakable, printable(value))
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value


def _breakable(word: re.Match[str]) -> str:
    return _PIECE.sub(lambda piece: piece[0] + "\u200b", word[0])
