"""What becomes of money received, how old a debt is, and what being late costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from treasury.billing_rules.money import Money, is_number, rounded, total, zero


@dataclass(frozen=True, slots=True)
class Debt:
    """An issued invoice and what is still to be paid of it, which is not negative."""

    key: str
    due: date
    open: Money

    def __post_init__(self) -> None:
        if self.open.amount < 0:
            raise ValueError("what is paid too much is credit, not a debt")


@dataclass(frozen=True, slots=True)
class Allocation:
    """How a payment is used: the invoices it pays, and what stays as the client's credit."""

    paid: Mapping[str, Money]
    credit: Money


def allocate(payment: Money, debts: Iterable[Debt], *, chosen: Sequence[str] = ()) -> Allocation:
    """Use ``payment`` for the oldest debt first, by due date and then by key (the number).

    ``chosen`` invoices come before all others, in that order: what the client names is paid.
    What is left over is credit. Raises ValueError for a payment that is not positive, KeyError
    for a chosen invoice that is not among ``debts``.
    """
    if payment.amount <= 0:
        raise ValueError("a payment is more than nothing; a refund is not a payment")
    by_key = {debt.key: debt for debt in debts}
    first = [by_key.pop(key) for key in chosen]
    left = payment
    paid: dict[str, Money] = {}
    for debt in [*first, *sorted(by_key.values(), key=lambda each: (each.due, each.key))]:
        amount = min(left, debt.open)
        if amount:
            paid[debt.key] = amount
            left -= amount
    return Allocation(paid, left)


class Bucket(StrEnum):
    """How long a debt is overdue, in days."""

    CURRENT = "current"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "90+"


def bucket(due: date, today: date) -> Bucket:
    """Return the age of a debt; on its due date it is not overdue yet."""
    late = (today - due).days
    if late <= 0:
        return Bucket.CURRENT
    for limit, found in ((30, Bucket.TO_30), (60, Bucket.TO_60), (90, Bucket.TO_90)):
        if late <= limit:
            return found
    return Bucket.OVER_90


def aged(debts: Iterable[Debt], today: date, currency: str) -> dict[Bucket, Money]:
    """Add up what is open by age, every bucket present; they sum to all that is open."""
    buckets: dict[Bucket, list[Money]] = {each: [] for each in Bucket}
    for debt in debts:
        buckets[bucket(debt.due, today)].append(debt.open)
    return {each: total(amounts, currency) for each, amounts in buckets.items()}


@dataclass(frozen=True, slots=True)
class LateFee:
    """What being late costs: ``flat`` once, and ``yearly_percent`` of what is open, by days.

    Nothing is owed up to and including ``grace_days`` after the due date; from then on interest
    counts from the due date. (Directive 2011/7/EU: at least 40 EUR, and the reference rate plus
    8 points; 1.5 % a month is 18 % a year.) ``maximum=None`` is no maximum.
    """

    yearly_percent: Decimal
    flat: Decimal = Decimal(0)
    grace_days: int = 0
    maximum: Decimal | None = None

    def __post_init__(self) -> None:
        for value in (self.yearly_percent, self.flat, self.maximum):
            if value is not None and (not is_number(value) or value < 0):
                raise ValueError(f"{value!r} is no late fee")


def late_fee(policy: LateFee, debt: Debt, today: date) -> Money:
    """Return the fee that ``debt`` has come to by ``today``: simple interest, 365 days a year."""
    currency = debt.open.currency
    late = (today - debt.due).days
    if late <= policy.grace_days or late <= 0 or not debt.open:
        return zero(currency)
    yearly = Fraction(debt.open.amount) * Fraction(policy.yearly_percent) / 100
    fee = Fraction(policy.flat) + yearly * late / 365
    if policy.maximum is not None:
        fee = min(fee, Fraction(policy.maximum))
    return rounded(fee, currency)
