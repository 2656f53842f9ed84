"""All that an invoice or credit note shows, checked: nothing whose sums are wrong is printed.

The amounts of a credit note are positive here: they are what is given back.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from treasury.billing_rules.money import Money, total

NO_TAX = frozenset({"E", "AE", "G", "O"})  # UNTDID 5305 codes that need a reason and have no rate
CODES = NO_TAX | {"S", "Z"}
_NOT_PRINTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is. ``country`` is ISO 3166-1 alpha-2, or empty if nobody entered it."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""
    region: str = ""  # a state or county, where addresses have it


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sends the document, and how it looks. ``logo`` is a PNG, JPEG or SVG file."""

    name: str
    legal_name: str = ""
    address: Address = Address()
    tax_id: str = ""
    registration: str = ""
    iban: str = ""
    bic: str = ""
    email: str = ""
    phone: str = ""
    peppol_id: str = ""  # scheme and id: "0208:0123456789"
    logo: bytes | None = None
    footer: str = ""
    accent: str = "#1f6feb"

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.accent):
            raise ValueError(f"{self.accent!r} is no colour such as #1f6feb")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who the document is for. ``reference`` is what they asked us to quote (BT-10)."""

    name: str
    legal_name: str = ""
    address: Address = Address()
    tax_id: str = ""
    account_number: str = ""
    email: str = ""
    peppol_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LineTax:
    """One tax on one line; ``code`` is its category (UNTDID 5305)."""

    code: str
    name: str
    percent: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line. Quantity and unit price only where they multiply to the net amount."""

    description: str
    net: Money
    taxes: tuple[LineTax, ...]
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    sentences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.taxes:
            raise ValueError(f"nothing says how {self.description!r} is taxed")
        for each in self.taxes:
            if each.code not in CODES:
                raise ValueError(f"{each.code!r} is no tax category")

    @property
    def percent(self) -> Decimal:
        """All taxes on the line together."""
        return sum((each.percent for each in self.taxes), Decimal(0))

    @property
    def code(self) -> str:
        """The one category that an e-invoice has for a line: taxed if any tax is owed."""
        return "S" if self.percent else self.taxes[0].code


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What one rate comes to (EN 16931, BG-23). ``reason`` says why none is charged."""

    code: str
    name: str
    percent: Decimal
    base: Money
    amount: Money
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """The invoice that a credit note takes back in whole or in part."""

    label: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Paper:
    """A document. ``period`` is its first and last day. Raises ValueError if a sum is wrong."""

    kind: Kind
    label: str
    issued_on: date
    due_on: date
    period: tuple[date, date] | None
    currency: str
    seller: Seller
    buyer: Buyer
    lines: tuple[PaperLine, ...]
    taxes: tuple[TaxRow, ...]
    net: Money
    tax: Money
    gross: Money
    paid: Money
    open: Money
    po_number: str = ""
    terms: str = ""
    note: str = ""
    corrects: Corrected | None = None
    draft: bool = False

    def __post_init__(self) -> None:
        if (self.kind is Kind.CREDIT_NOTE) != (self.corrects is not None):
            raise ValueError("a credit note, and only one, says which invoice it corrects")
        _equal(f"{self.label}: net and tax", self.net + self.tax, self.gross)
        _equal(f"{self.label}: paid and open", self.paid + self.open, self.gross)
        _equal(f"{self.label}: lines", _sum((x.net for x in self.lines), self), self.net)
        _equal(f"{self.label}: taxes", _sum((x.amount for x in self.taxes), self), self.tax)
        bases: dict[tuple[str, str, Decimal], Money] = defaultdict(lambda: _sum((), self))
        amounts = dict.fromkeys(((x.code, x.name, x.percent) for x in self.taxes), _sum((), self))
        for line in self.lines:
            for each in line.taxes:
                key = each.code, each.name, each.percent
                bases[key] += line.net
                amounts[key] = amounts.get(key, _sum((), self)) + each.amount
        for row in self.taxes:
            key = row.code, row.name, row.percent
            _equal(f"{self.label}: base of {row.name}", bases.pop(key, _sum((), self)), row.base)
            _equal(f"{self.label}: {row.name}", amounts[key], row.amount)
        if bases:
            raise ValueError(f"{self.label}: taxes of lines that are not in the breakdown: {bases}")


def printable(text: str) -> str:
    """Return ``text`` without what neither XML nor a font can have; line ends are spaces.

    Without the controls that turn text around too (U+202A to 202E): a name must not rearrange what
    stands beside it.
    """
    kept = (" " if each in "\n\r\t\u2028\u2029" else each for each in text)
    return "".join(
        x for x in kept if unicodedata.category(x) not in _NOT_PRINTED and x not in _TURNS
    )


def _sum(amounts: Iterable[Money], paper: Paper) -> Money:
    return total(amounts, paper.currency)


def _equal(what: str, found: Money, expected: Money) -> None:
    if found != expected:
        raise ValueError(f"{what}: {found} is not {expected}")
