"""Bookings of the bank matched with invoices, looked at by a person, and recorded."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from hm_auth.models import User
from treasury.invoices.models import Invoice, Status
from treasury.payments.bank_rows import Booking, Wrong
from treasury.payments.clients import names_of
from treasury.payments.models import Method, Payment
from treasury.payments.operations import AlreadyRecorded, NotPossible, Received, record

NAMESPACE = uuid.UUID("6f0f7a52-0b5e-4f0e-9f0a-5a2c5d1e7c11")


@dataclass(slots=True)
class Matched:
    """A booking, whose it is, and what it would pay. ``suggested`` clients need a person's yes."""

    booking: Booking
    known: bool = False
    company_id: uuid.UUID | None = None
    client_name: str = ""
    invoices: list[Invoice] = field(default_factory=list)
    suggested: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    problem: str = ""

    @property
    def field_name(self) -> str:
        """The name of the choice on the page."""
        return f"client-{self.booking.bank_reference}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    recorded: int
    known: int
    left_out: int


def match(
    rows: Sequence[Booking | Wrong], chosen: Mapping[str, str], *, today: date
) -> list[Matched]:
    """Find the client of each booking: by an invoice number in it, else as suggested and chosen.

    ``chosen`` maps ``field_name`` to the id of a client. Few queries, however many rows.
    """
    bookings = [row for row in rows if isinstance(row, Booking)]
    known = _known(bookings)
    numbered = _numbered(bookings)
    alike = _of_amount(bookings)
    found = []
    for booking in bookings:
        row = Matched(booking, known=booking.bank_reference in known)
        if booking.day > today:
            row.problem = "That day has not come yet."
        elif not row.known:
            _by_number(row, [numbered[each] for each in booking.numbers if each in numbered])
            if row.company_id is None and not row.problem:
                _by_amount_and_name(row, alike[booking.amount.amount, booking.amount.currency])
                _choose(row, chosen.get(row.field_name, ""))
        found.append(row)
    return found


def import_all(rows: Sequence[Matched], *, by: User | None) -> Imported:
    """Record what has a client. Each booking is a transaction; run again, the rest follows."""
    recorded = known = left_out = 0
    for row in rows:
        if row.known:
            known += 1
        elif row.company_id is None or row.problem:
            left_out += 1
        else:
            try:
                _record(row, by)
            except AlreadyRecorded:
                known += 1
            else:
                recorded += 1
    return Imported(recorded, known, left_out)


def _record(row: Matched, by: User | None) -> None:
    received = as_received(row)
    chosen = [each.pk for each in row.invoices if each.open > 0]
    try:
        record(received, chosen=chosen, by=by)
    except NotPossible:  # paid since the page was shown: then it pays what is open now
        record(received, by=by)


def as_received(row: Matched) -> Received:
    """Return the payment that ``row`` would be. Raises ValueError without a client."""
    if row.company_id is None:
        raise ValueError("nobody knows whose this is")
    booking = row.booking
    return Received(
        id=uuid.uuid5(NAMESPACE, booking.bank_reference),
        company_id=row.company_id,
        client_name=row.client_name,
        received_on=booking.day,
        amount=booking.amount,
        method=Method.TRANSFER.value,
        reference=booking.reference or booking.name,
        bank_reference=booking.bank_reference,
    )


def _known(bookings: Sequence[Booking]) -> set[str]:
    references = [each.bank_reference for each in bookings]
    rows = Payment.objects.filter(bank_reference__in=references)
    return set(rows.values_list("bank_reference", flat=True))


def _numbered(bookings: Sequence[Booking]) -> dict[tuple[str, int], Invoice]:
    wanted = {each for booking in bookings for each in booking.numbers if each[1] < 2**31}
    by_series: dict[str, list[int]] = defaultdict(list)
    for series, number in wanted:
        by_series[series].append(number)
    if not by_series:
        return {}
    condition = Q()
    for series, numbers in by_series.items():
        condition |= Q(series_id=series, number__in=numbers)
    rows = Invoice.objects.filter(condition)
    return {(str(row.series_id), row.number or 0): row for row in rows}


def _of_amount(bookings: Sequence[Booking]) -> dict[tuple[object, str], list[Invoice]]:
    found: dict[tuple[object, str], list[Invoice]] = defaultdict(list)
    amounts = {each.amount.amount for each in bookings}
    rows = Invoice.objects.filter(open__in=amounts, open__gt=0).exclude(status=Status.DRAFT)
    for row in rows.order_by("due_on"):
        found[row.open, row.currency].append(row)
    return found


def _by_number(row: Matched, invoices: Sequence[Invoice]) -> None:
    same = [each for each in invoices if each.currency == row.booking.amount.currency]
    if invoices and not same:
        row.problem = f"{invoices[0].label} is in {invoices[0].currency}."
        return
    companies = {each.company_id for each in same}
    if len(companies) > 1:
        row.problem = "It names invoices of different clients."
    elif same:
        row.company_id = companies.pop()
        row.invoices = list(dict.fromkeys(same))
        row.client_name = str((same[0].client or {}).get("name", ""))


def _by_amount_and_name(row: Matched, invoices: Sequence[Invoice]) -> None:
    """Suggest whom exactly this amount is open for, those that are called alike first."""
    names = {each.company_id: str((each.client or {}).get("name", "")) for each in invoices}
    words = _words(f"{row.booking.name} {row.booking.reference}")
    alike = [pk for pk, name in names.items() if words & _words(name)]
    row.suggested = [(pk, names[pk]) for pk in alike or list(names)][:10]


def _choose(row: Matched, answer: str) -> None:
    for pk, name in row.suggested:
        if str(pk) == answer:
            row.company_id, row.client_name = pk, name or names_of([pk]).get(pk, "")


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w{3,}", text.casefold()) if word not in {"ltd", "gmbh"}}
