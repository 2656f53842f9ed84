"""What is left of the prepaid hours of a company, by the rules that bill them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, QuerySet

from treasury.billing_rules.hours import Balance, balances
from treasury.invoices.assembly import agreement_of
from treasury.invoices.drafts import agreements_of
from treasury.invoices.facts import FactsBook
from treasury.invoices.models import Invoice, Kind, Status


@dataclass(frozen=True, slots=True)
class Prepaid:
    """A pool of minutes; ``low`` is where it should be talked about, a fifth of it."""

    agreement: str
    name: str
    minutes: int
    left: int
    start: date
    last_day: date | None
    balance: Balance

    @property
    def low(self) -> int:
        return self.minutes // 5

    @property
    def used(self) -> int:
        return self.minutes - self.left


@dataclass(frozen=True, slots=True)
class Use:
    """Minutes of a pool that one piece of work took."""

    entry: Any
    minutes: int


def of_company(company: uuid.UUID, today: date) -> list[Prepaid]:
    """Return the pools that work of today may use; a fixed number of queries."""
    rows: list[Any] = agreements_of([company], today)
    if not any(row.loaded_allowances or row.loaded_blocks for row in rows):
        return []
    issued = Invoice.objects.filter(company_id=company, kind=Kind.INVOICE)
    issued = issued.exclude(status=Status.DRAFT)
    until = dict(issued.values_list("agreement").annotate(Max("period_end")))
    book = FactsBook(rows, None, today)
    found: list[Prepaid] = []
    for row in rows:
        if row.loaded_allowances or row.loaded_blocks:
            facts = book.facts_for(row, people=False)
            pools = balances(agreement_of(row), facts, today, until.get(row.pk))
            found += [_prepaid(row.title, each) for each in pools]
    return found


def _prepaid(title: str, balance: Balance) -> Prepaid:
    end = balance.valid.end
    return Prepaid(
        agreement=title,
        name=balance.key,
        minutes=balance.minutes,
        left=balance.left,
        start=balance.valid.start,
        last_day=end - timedelta(days=1) if end else None,
        balance=balance,
    )


def with_work(
    pools: Iterable[Prepaid], entries: QuerySet[Any]
) -> Sequence[tuple[Prepaid, list[Use]]]:
    """Return each pool with the work that used it, the latest first; one query."""
    pools = list(pools)
    wanted = [draw.work_key for pool in pools for draw in pool.balance.draws]
    known = {str(row.pk): row for row in entries.filter(pk__in=wanted)}
    return [
        (
            pool,
            sorted(
                (
                    Use(known[draw.work_key], draw.minutes)
                    for draw in pool.balance.draws
                    if draw.work_key in known
                ),
                key=lambda use: use.entry.day,
                reverse=True,
            ),
        )
        for pool in pools
    ]
