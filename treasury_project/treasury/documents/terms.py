"""A paper in the business terms of EN 16931-1 (BT-1 and so on), as the library factur-x takes them.

What the standard wants and the paper has not is named in words, for the person who can enter it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stdnum import iban

from treasury.billing_rules.money import Money, places, rounded, total
from treasury.documents.paper import NO_TAX, Buyer, Kind, Paper, PaperLine, Seller, printable

Terms = dict[str, Any]

# Units of quantities: UN/ECE Recommendation 20.
_UNITS = {"hour": "HUR", "hours": "HUR", "GB": "E34", "TB": "E35", "month": "MON", "day": "DAY"}
_ONE = "C62"
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_GREECE = {"GR": "EL"}  # its VAT numbers have another prefix


class NotAnEInvoice(ValueError):
    """EN 16931 cannot say this, or lacks something: ``missing`` is what, in words."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("An e-invoice needs " + "; ".join(missing) + ".")
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of one category and rate: a row of the VAT breakdown."""

    code: str
    percent: Decimal
    base: Money
    amount: Money
    reason: str


def terms(paper: Paper) -> Terms:
    """Return ``paper`` by business terms. Raises NotAnEInvoice."""
    if not paper.lines:
        raise NotAnEInvoice(["at least one line"])
    groups = list(_groups(paper))
    _refuse(paper, groups)
    outside = groups[0].code == "O"  # BR-O-02 to 04: no VAT numbers then
    credit = paper.kind is Kind.CREDIT_NOTE
    data: Terms = {
        "BT-1": printable(paper.label),
        "BT-2": paper.issued_on,
        "BT-3": "381" if credit else "380",
        "BT-5": paper.currency,
        "BT-9": None if credit else paper.due_on,
        "BT-10": printable(paper.buyer.reference).strip(),
        "BT-13": printable(paper.po_number).strip(),
        "BT-20": printable(paper.terms).strip() or _usual_terms(paper),
        "BT-73": paper.period and paper.period[0],
        "BT-74": paper.period and paper.period[1],
        "BG-4": _seller(paper.seller, outside),
        "BG-7": _buyer(paper.buyer, outside),
        "BG-23": [_breakdown(each) for each in groups],
        "BG-25": [_line(number, line) for number, line in enumerate(paper.lines, start=1)],
        "BT-106": _amount(paper.net),
        "BT-109": _amount(paper.net),
        "BT-110": _amount(paper.tax),
        "BT-112": _amount(paper.gross),
        "BT-113": _amount(paper.paid) if paper.paid else None,
        "BT-115": _amount(paper.open),
    }
    if note := printable(paper.note).strip():
        data["BG-1"] = [{"BT-22": note}]
    if paper.corrects:
        corrected = {"BT-25": printable(paper.corrects.label), "BT-26": paper.corrects.issued_on}
        data["BG-3"] = [corrected]
    elif account := iban.compact(paper.seller.iban):
        data |= _transfer(paper, account)
    return {name: value for name, value in data.items() if value not in (None, "")}


def _refuse(paper: Paper, groups: Sequence[_Group]) -> None:
    missing = []
    if places(paper.currency) != 2:
        missing.append(f"amounts with two places, which {paper.currency} has not")
    if not paper.seller.address.country:
        missing.append("our country")
    if not paper.buyer.address.country:
        missing.append("the client's country")
    if not (paper.seller.tax_id or paper.seller.registration):
        missing.append("our tax id or company registration")
    codes = {each.code for each in groups}
    if codes - {"O"} and not paper.seller.tax_id:
        missing.append("our tax id")
    if "AE" in codes and not paper.buyer.tax_id:
        missing.append("the client's tax id, since they owe the tax")
    if any(each.code in NO_TAX and not each.reason.strip() for each in groups):
        missing.append("the reason why no tax is charged")
    if "O" in codes and len(codes) > 1:
        missing.append("all lines out of scope of tax, or none")
    if missing:
        raise NotAnEInvoice(missing)


def _groups(paper: Paper) -> Iterator[_Group]:
    """Several taxes on a line are one rate here: the standard has one for a line."""
    reasons = {row.code: row.reason for row in paper.taxes}
    found: dict[tuple[str, Decimal], list[PaperLine]] = {}
    for line in paper.lines:
        found.setdefault((line.code, line.percent), []).append(line)
    for (code, percent), lines in sorted(found.items()):
        base = total((line.net for line in lines), paper.currency)
        amount = total((tax.amount for line in lines for tax in line.taxes), paper.currency)
        yield _Group(code, percent, base, amount, reasons.get(code, ""))


def _breakdown(group: _Group) -> Terms:
    data = {
        "BT-116": _amount(group.base),
        "BT-117": _amount(group.amount),
        "BT-118": group.code,
    }
    if group.code != "O":
        data["BT-119"] = _number(group.percent)
    if group.code in NO_TAX:
        data["BT-120"] = printable(group.reason).strip()
    return data


def _line(number: int, line: PaperLine) -> Terms:
    quantity, price = _counted(line)
    data: Terms = {
        "BT-126": str(number),
        "BT-129": _number(quantity),
        "BT-130": _UNITS.get(line.unit, _ONE),
        "BT-131": _amount(line.net),
        "BT-146": _number(price),
        "BT-151": line.code,
        "BT-153": printable(line.description).strip() or "–",
    }
    if line.code != "O":
        data["BT-152"] = _number(line.percent)
    if why := printable("; ".join(line.sentences)).strip():
        data["BT-154"] = why
    return data


def _counted(line: PaperLine) -> tuple[Decimal, Decimal]:
    """Return quantity and price, never a negative one (BR-27), that make the net amount."""
    net = line.net
    quantity, price = line.quantity, line.unit_price
    if (
        quantity
        and price is not None
        and price >= 0
        and rounded(quantity * price, net.currency) == net
    ):
        return quantity, price
    sign = Decimal(-1) if net.amount < 0 else Decimal(1)
    return sign, abs(net).amount


def _seller(seller: Seller, outside: bool) -> Terms:
    data = _party(seller)
    vat = _vat_id(seller)
    if outside or vat is None:
        data["tax_identifier"] = "" if outside else printable(seller.tax_id).strip()
        data["legal_identifier"] = printable(seller.registration or seller.tax_id).strip()
    else:
        data["vat_identifier"] = vat
        data["legal_identifier"] = printable(seller.registration).strip()
    contact = {"name": data["name"], "phone": seller.phone.strip(), "email": seller.email.strip()}
    if contact["phone"] or contact["email"]:
        data["contacts"] = [{name: value for name, value in contact.items() if value}]
    return {name: value for name, value in data.items() if value}


def _buyer(buyer: Buyer, outside: bool) -> Terms:
    data = _party(buyer)
    vat = None if outside else _vat_id(buyer)
    data["vat_identifier"] = vat or ""
    data["legal_identifier"] = "" if vat else printable(buyer.tax_id).strip()
    return {name: value for name, value in data.items() if value}


def _party(party: Seller | Buyer) -> Terms:
    address = party.address
    scheme, _, endpoint = party.peppol_id.partition(":")
    if not endpoint:
        scheme, endpoint = ("EM", party.email.strip()) if party.email.strip() else ("", "")
    legal = printable(party.legal_name or party.name).strip() or "–"
    lines = [text for text in map(str.strip, map(printable, address.lines)) if text]
    return {
        "name": legal,
        "biz_name": printable(party.name).strip() if party.legal_name else "",
        "einvoicing_addr": endpoint,
        "einvoicing_addr_schemeid": scheme,
        **{f"addr_l{number}": text for number, text in enumerate(lines[:3], start=1)},
        "city": printable(address.city).strip(),
        "postcode": printable(address.postcode).strip(),
        "country_subdivision": printable(address.region).strip(),
        "country_code": address.country,
    }


def _vat_id(party: Seller | Buyer) -> str | None:
    """Return the VAT number with the prefix of its country (BR-CO-09), or None: another id."""
    compact = re.sub(r"[\s.-]", "", party.tax_id).upper()
    country = party.address.country
    prefixes = {country, _GREECE.get(country, country)}
    return compact if compact[:2] in prefixes and _VAT_ID.fullmatch(compact) else None


def _transfer(paper: Paper, account: str) -> Terms:
    """A SEPA transfer (58) for euros to an IBAN, else any transfer (30): UNTDID 4461."""
    sepa = paper.currency == "EUR" and iban.is_valid(account)
    data = {"BT-81": "58" if sepa else "30", "BT-83": printable(paper.label), "BT-84": account}
    if bic := printable(paper.seller.bic).strip():
        data["BT-86"] = bic
    return data


def _usual_terms(paper: Paper) -> str:
    if paper.kind is Kind.CREDIT_NOTE:
        return "Nothing to pay: the amount is credited to your account."
    return f"Payable by {paper.due_on.isoformat()}."


def _amount(money: Money) -> str:
    return f"{money.amount:f}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
