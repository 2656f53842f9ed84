"""Statements of account: what a client owed, what happened, what they owe; by currency."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from treasury.billing_rules.money import Money, total
from treasury.receivables.ledger import Entry, entries


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, and the balance after it."""

    entry: Entry
    balance: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """One currency of a client's account between two days, both included."""

    currency: str
    opening: Money
    rows: tuple[Row, ...]
    closing: Money


def statements(company_id: uuid.UUID, first: date, last: date) -> list[Statement]:
    """Return the client's statement in each currency they were ever billed or paid in."""
    by_currency: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries(company_id, last):
        by_currency[entry.amount.currency].append(entry)
    return [_statement(currency, rows, first) for currency, rows in sorted(by_currency.items())]


def _statement(currency: str, found: Sequence[Entry], first: date) -> Statement:
    opening = total((each.amount for each in found if each.day < first), currency)
    balance, rows = opening, []
    for entry in found:
        if entry.day >= first:
            balance += entry.amount
            rows.append(Row(entry, balance))
    return Statement(currency, opening, tuple(rows), balance)
