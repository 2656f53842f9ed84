"""A bank's CSV as payments to record. Pure Python: what the rows say, and what they cannot."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from treasury.amounts import typed_amount
from treasury.billing_rules.money import Money

# What banks call their columns, in small letters; the first is what the page asks for.
COLUMNS = {
    "day": ("day", "date", "booking date", "value date", "received", "buchungstag"),
    "amount": ("amount", "credit", "betrag"),
    "currency": ("currency", "ccy", "währung"),
    "name": ("name", "payer", "counterparty", "debtor", "from"),
    "reference": ("reference", "details", "description", "narrative", "remittance"),
    "bank_reference": ("bank reference", "bank_reference", "transaction id", "id", "entry ref"),
}
REQUIRED = ("day", "amount")
LARGEST = 5_000  # rows
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
NUMBER = re.compile(r"(?<![A-Z0-9])([A-Z]{2,10})[\s-]{0,2}0*(\d{1,9})(?!\d)")


class Unreadable(ValueError):
    """The text is no such file at all."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One row. Without a reference of the bank its own content is one, so that a second import
    of the same file records nothing twice."""

    row: int
    day: date
    amount: Money
    name: str
    reference: str
    bank_reference: str

    @property
    def numbers(self) -> list[tuple[str, int]]:
        """The invoice numbers in the reference: series and number."""
        return [(series, int(number)) for series, number in NUMBER.findall(self.reference.upper())]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is no payment, and why."""

    row: int
    problem: str


def read(text: str, default_currency: str) -> list[Booking | Wrong]:
    """Return what each row of ``text`` says. Raises Unreadable."""
    lines = text.lstrip("\ufeff").strip().splitlines()
    if not lines:
        raise Unreadable("The file is empty.")
    delimiter = max(";,\t", key=lines[0].count)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    try:
        header, *rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise Unreadable(f"This is no CSV file: {problem}.") from problem
    if len(rows) > LARGEST:
        raise Unreadable(f"More than {LARGEST} rows. Import the file in parts.")
    places = _places(header)
    if missing := [name for name in REQUIRED if name not in places]:
        raise Unreadable(f"No column is called {' or '.join(missing)}.")
    return list(_bookings(rows, places, default_currency))


def _places(header: list[str]) -> dict[str, int]:
    titles = [cell.strip().casefold() for cell in header]
    return {
        column: titles.index(name)
        for column, names in COLUMNS.items()
        for name in [next((each for each in names if each in titles), None)]
        if name is not None
    }


def _bookings(
    rows: list[list[str]], places: Mapping[str, int], currency: str
) -> Iterator[Booking | Wrong]:
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, start=2):
        cells = {
            name: row[place].strip().replace("\x00", "") if place < len(row) else ""
            for name, place in places.items()
        }
        try:
            day, amount = _day(cells["day"]), typed_amount(cells["amount"])
            money = Money(amount, cells.get("currency", "").upper() or currency)
        except ValueError as problem:
            yield Wrong(number, f"{str(problem)[:1].upper()}{str(problem)[1:]}.")
            continue
        if amount <= 0:
            yield Wrong(number, f"{money} is not money that came in.")
            continue
        yield Booking(
            number,
            day,
            money,
            cells.get("name", "")[:200],
            cells.get("reference", "")[:200],
            cells.get("bank_reference", "")[:140] or _content(cells, seen),
        )


def _content(cells: Mapping[str, str], seen: Counter[str]) -> str:
    """Name a booking by what it says; the second alike in one file is another booking."""
    digest = hashlib.sha256("\x1f".join(cells.values()).encode()).hexdigest()[:24]
    seen[digest] += 1
    return f"csv:{digest}:{seen[digest]}"


def _day(cell: str) -> date:
    for form in DAYS:
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"“{cell}” is no day; write 2025-11-30")
