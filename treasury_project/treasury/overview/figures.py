"""The figures of companies and of the whole business, each in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from treasury.agreements.models import Agreement
from treasury.billing_rules.money import Money
from treasury.billing_rules.periods import add_months
from treasury.invoices.models import Invoice, Status
from treasury.usage.models import Device, TimeEntry


@dataclass(slots=True)
class Figures:
    """What there is of a company today. Money by currency, since currencies do not add up."""

    agreements: int = 0
    devices: int = 0
    drafts: int = 0
    unbilled_minutes: int = 0
    open: list[Money] = field(default_factory=list)
    overdue: list[Money] = field(default_factory=list)


def of_companies(ids: Collection[uuid.UUID], today: date) -> Mapping[uuid.UUID, Figures]:
    """Return the figures of these companies; five queries."""
    found: dict[uuid.UUID, Figures] = defaultdict(Figures)
    agreements = _running(today).filter(company_id__in=ids)
    for company, count in _counted(agreements):
        found[company].agreements = count
    for company, count in _counted(Device.objects.on(today).filter(company_id__in=ids)):
        found[company].devices = count
    drafts = Invoice.objects.filter(status=Status.DRAFT, company_id__in=ids)
    for company, count in _counted(drafts):
        found[company].drafts = count
    work = TimeEntry.objects.unbilled().filter(company_id__in=ids)
    for row in work.values("company_id").annotate(minutes=Sum("minutes")):
        found[row["company_id"]].unbilled_minutes = row["minutes"]
    for row in _owed(Invoice.objects.filter(company_id__in=ids), today, "company_id"):
        figures = found[row["company_id"]]
        figures.open.append(Money(row["owed"], row["currency"]))
        if row["late"]:
            figures.overdue.append(Money(row["late"], row["currency"]))
    return found


@dataclass(frozen=True, slots=True)
class Business:
    """The figures of all clients together."""

    open: list[Money]
    overdue: list[Money]
    drafts: int
    drafted: list[Money]
    unbilled_minutes: int
    expiring: Mapping[int, int]  # within so many days -> agreements


def of_business(today: date) -> Business:
    """Return the figures of all clients together; four queries."""
    owed = list(_owed(Invoice.objects.all(), today))
    drafts = list(
        Invoice.objects.filter(status=Status.DRAFT)
        .values("currency")
        .annotate(count=Count("pk"), net=Sum("net"))
        .order_by("currency")
    )
    minutes = TimeEntry.objects.unbilled().aggregate(minutes=Sum("minutes"))["minutes"]
    counts = {
        f"in_{days}": Count("pk", filter=Q(end__lte=today + timedelta(days=days)))
        for days in (30, 60, 90)
    }
    expiring = _running(today).aggregate(**counts)
    return Business(
        open=[Money(row["owed"], row["currency"]) for row in owed],
        overdue=[Money(row["late"], row["currency"]) for row in owed if row["late"]],
        drafts=sum(row["count"] for row in drafts),
        drafted=[Money(row["net"], row["currency"]) for row in drafts],
        unbilled_minutes=minutes or 0,
        expiring={days: expiring[f"in_{days}"] for days in (30, 60, 90)},
    )


def ending(today: date) -> QuerySet[Agreement]:
    """Return the agreements that end within 90 days, the next one first."""
    soon = today + timedelta(days=90)
    return _running(today).filter(end__lte=soon).order_by("end", "id")


def issued_by_month(today: date, currency: str, *, months: int = 12) -> list[tuple[date, Money]]:
    """Return what was issued, net, in each of the last ``months`` months, this one included."""
    first = add_months(today.replace(day=1), 1 - months)
    rows = (
        Invoice.objects.exclude(status=Status.DRAFT)
        .filter(issued_on__gte=first, currency=currency)
        .annotate(month=TruncMonth("issued_on"))
        .values("month")
        .annotate(net=Sum("net"))
    )
    known = {row["month"]: row["net"] for row in rows}
    months_ = [add_months(first, number) for number in range(months)]
    return [(month, Money(known.get(month, Decimal(0)), currency)) for month in months_]


def busiest_currency(business: Business, fallback: str) -> str:
    """Return the currency to draw charts in: the one most money is open in."""
    amounts = [*business.open, *business.drafted]
    return max(amounts, key=lambda each: each.amount).currency if amounts else fallback


def _running(today: date) -> QuerySet[Agreement]:
    return Agreement.objects.filter(Q(end__isnull=True) | Q(end__gt=today), start__lte=today)


def _counted(
    rows: QuerySet[Agreement] | QuerySet[Invoice] | QuerySet[Device],
) -> Iterable[tuple[uuid.UUID, int]]:
    return rows.values_list("company_id").annotate(Count("pk"))


def _owed(rows: QuerySet[Invoice], today: date, *by: str) -> Iterable[dict[str, Any]]:
    """Return what is open, and of that what is late, by currency (and ``by``)."""
    late = Sum("open", filter=Q(due_on__lt=today, open__gt=0), default=Decimal(0))
    found: Iterable[dict[str, Any]] = (
        rows.exclude(open=0)
        .values(*by, "currency")
        .annotate(owed=Sum("open"), late=late)
        .order_by(*by, "currency")
    )
    return found
