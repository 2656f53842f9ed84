"""Monthly recurring revenue by client on a day, from the same rules and facts as invoices."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import islice

from django.db.models import Q

from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money, rounded
from treasury.billing_rules.revenue import monthly_value, movement
from treasury.invoices.assembly import agreement_of
from treasury.invoices.contacts import Contacts
from treasury.invoices.facts import FactsBook
from treasury.invoices.loading import loaded

BATCH = 1000
Values = Mapping[uuid.UUID, Fraction]


@dataclass(frozen=True, slots=True)
class Change:
    """What a client is worth a month, then and now."""

    company_id: uuid.UUID
    kind: str  # new, grown, shrunk, lost
    before: Money
    after: Money

    @property
    def difference(self) -> Money:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Report:
    """How recurring revenue moved between two days; every figure rounded once, to be shown."""

    before: Money
    new: Money
    grown: Money
    shrunk: Money
    lost: Money
    after: Money
    changes: tuple[Change, ...]
    unknown: int  # agreements that cannot be valued, such as for want of a price

    @property
    def change(self) -> str:
        """The difference in words, such as "+45.00 EUR since last month"."""
        moved = self.after - self.before
        words = f"{moved.amount:+,} {moved.currency}".replace("-", "−")
        return f"{words} since last month" if moved else ""


def report(first: date, second: date, currency: str, contacts: Contacts | None) -> Report:
    """Compare two days. Agreements in another currency are left out."""
    then, now, unknown = _values(first, second, currency, contacts)
    moved = movement(_named(then), _named(now))
    return Report(
        **{
            name: rounded(getattr(moved, name), currency)
            for name in ("before", "new", "grown", "shrunk", "lost", "after")
        },
        changes=tuple(_changes(then, now, currency)),
        unknown=unknown,
    )


def _values(
    first: date, second: date, currency: str, contacts: Contacts | None
) -> tuple[Values, Values, int]:
    then: dict[uuid.UUID, Fraction] = defaultdict(Fraction)
    now: dict[uuid.UUID, Fraction] = defaultdict(Fraction)
    unknown = 0
    rows = (
        Agreement.objects.filter(Q(end__isnull=True) | Q(end__gt=first), start__lte=second)
        .filter(currency=currency)
        .order_by("company_id", "start", "id")
    )
    rest = rows.iterator(chunk_size=BATCH)
    while batch := loaded(islice(rest, BATCH)):
        book = FactsBook(batch, contacts, second)
        for row in batch:
            try:
                terms = agreement_of(row)
                facts = book.facts_for(row, people=contacts is not None)
                values = [monthly_value(terms, facts, day) for day in (first, second)]
            except (ValueError, LookupError):
                unknown += 1
                continue
            then[row.company_id] += values[0]
            now[row.company_id] += values[1]
    return then, now, unknown


def _named(values: Values) -> dict[str, Fraction]:
    return {str(company): value for company, value in values.items()}


def _changes(then: Values, now: Values, currency: str) -> list[Change]:
    found = []
    for company in {*then, *now}:
        before, after = then.get(company, Fraction(0)), now.get(company, Fraction(0))
        if before != after:
            kind = _kind(before, after)
            shown = rounded(before, currency), rounded(after, currency)
            found.append(Change(company, kind, *shown))
    return sorted(found, key=lambda each: (-abs(each.difference.amount), str(each.company_id)))


def _kind(before: Fraction, after: Fraction) -> str:
    if not before:
        return "new"
    if not after:
        return "lost"
    return "grown" if after > before else "shrunk"
