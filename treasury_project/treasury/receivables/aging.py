"""Aged receivables: what each client owes, by how long it is overdue.

The database adds up; the days that divide the buckets are those of ``billing_rules.payments``.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from treasury.billing_rules.money import Money, total, zero
from treasury.billing_rules.payments import Bucket, bucket
from treasury.invoices.models import Invoice, Status
from treasury.payments.models import Allocation, Payment

AMOUNT = DecimalField(max_digits=16, decimal_places=3)
NOTHING = Value(Decimal(0), output_field=AMOUNT)
OLDEST = 90  # days overdue, from which on all are alike
BUCKETS = tuple(Bucket)


@dataclass(frozen=True, slots=True)
class Aged:
    """What one client (or all, for a total) owes in one currency, and the credit they have."""

    company_id: uuid.UUID | None
    currency: str
    buckets: Mapping[Bucket, Money]
    credit: Money

    @property
    def owed(self) -> Money:
        """The sum of the buckets."""
        return total(self.buckets.values(), self.currency)

    @property
    def cells(self) -> list[tuple[Bucket, Money]]:
        """The buckets with what is in them, the youngest first."""
        return [(each, self.buckets[each]) for each in BUCKETS]


def aged_receivables(on: date, today: date) -> list[Aged]:
    """Return a row for each client and currency with something open or unused. Three queries."""
    owed: dict[tuple[uuid.UUID, str], dict[Bucket, Money]] = defaultdict(dict)
    for row in _owed(on, today):
        key = row["company_id"], row["currency"]
        owed[key][Bucket(row["age"])] = Money(row["sum"], row["currency"])
    given = _credits(on, today)
    return [
        Aged(
            company_id,
            currency,
            {each: owed[company_id, currency].get(each, zero(currency)) for each in BUCKETS},
            given.get((company_id, currency), zero(currency)),
        )
        for company_id, currency in {**owed, **given}
    ]


def totals(rows: Iterable[Aged]) -> list[Aged]:
    """Return what all ``rows`` of each currency come to."""
    by_currency: dict[str, list[Aged]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    return [
        Aged(
            None,
            currency,
            {each: total((row.buckets[each] for row in found), currency) for each in BUCKETS},
            total((row.credit for row in found), currency),
        )
        for currency, found in sorted(by_currency.items())
    ]


def _owed(on: date, today: date) -> Iterable[dict[str, Any]]:
    return (
        _open_on(Invoice.objects.filter(gross__gt=0), "allocations", on, today)
        .annotate(age=_age(on))
        .values("company_id", "currency", "age")
        .annotate(sum=Sum("left"))
    )


def _age(on: date) -> Case:
    """Return the bucket of an invoice in SQL: one condition for each day where it changes."""
    edges = [late for late in range(OLDEST + 1) if _bucket(on, late) != _bucket(on, late + 1)]
    return Case(
        *[
            When(due_on__gte=on - timedelta(days=late), then=Value(_bucket(on, late)))
            for late in edges
        ],
        default=Value(_bucket(on, OLDEST + 1)),
    )


def _bucket(on: date, late: int) -> str:
    return bucket(on - timedelta(days=late), on).value


def _credits(on: date, today: date) -> dict[tuple[uuid.UUID, str], Money]:
    """Return the credit of each client: payments, and documents that gave money back."""
    documents = _open_on(Invoice.objects.filter(gross__lt=0), "uses", on, today)
    payments = Payment.objects.filter(unused__gt=0).annotate(left=F("unused"))
    if on < today:
        standing = Q(reversed_on__isnull=True) | Q(reversed_on__gt=on)
        payments = Payment.objects.filter(standing, received_on__lte=on)
        payments = payments.annotate(left=F("amount") - _moved("payment", on)).filter(left__gt=0)
    found: dict[tuple[uuid.UUID, str], Money] = {}
    for rows in (documents, payments):
        for row in rows.values("company_id", "currency").annotate(sum=Sum("left")):
            key, amount = (row["company_id"], row["currency"]), abs(row["sum"])
            found[key] = found.get(key, zero(key[1])) + Money(amount, key[1])
    return found


def _open_on(rows: QuerySet[Any], uses: str, on: date, today: date) -> QuerySet[Any]:
    """Return the documents open on that day, with what was ``left`` of them.

    What is open today is kept with the document; what was open on an earlier day is computed.
    """
    rows = rows.exclude(status=Status.DRAFT)
    if on >= today:
        return rows.exclude(open=0).annotate(left=F("open"))
    moved = _moved("invoice" if uses == "allocations" else "credit", on)
    left = F("gross") - moved if uses == "allocations" else F("gross") + moved
    return rows.filter(issued_on__lte=on).annotate(left=left).exclude(left=0)


def _moved(source: str, on: date) -> Coalesce:
    """Return how much of a document or payment had been used, and not undone, by then."""
    uses = Allocation.objects.filter(
        Q(undone_on__isnull=True) | Q(undone_on__gt=on), day__lte=on, **{source: OuterRef("pk")}
    )
    summed = uses.order_by().values(source).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(summed, output_field=AMOUNT), NOTHING)
