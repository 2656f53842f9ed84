"""Monthly recurring revenue and its movement, from the same lines that invoices are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from treasury.billing_rules.agreement import Agreement, Counted, Fixed, Kind, Measured
from treasury.billing_rules.counting import count
from treasury.billing_rules.drafting import presences_of
from treasury.billing_rules.facts import Facts
from treasury.billing_rules.periods import Period


def monthly_value(agreement: Agreement, facts: Facts, day: date) -> Fraction:
    """Return what a month costs if all stayed as it is on ``day``; exact.

    Recurring additions count as they are, yearly ones a twelfth, one-off ones and hours not at
    all; a minimum charge lifts the recurring ones. Raises NoPrice and Contradiction.
    """
    today = Period(day, day + timedelta(days=1))
    if agreement.active.within(today) is None:
        return Fraction(0)
    recurring, yearly = Fraction(0), Fraction(0)
    for addition in agreement.additions:
        counted = isinstance(addition.source, Fixed | Counted | Measured)
        if not counted or addition.kind is Kind.ONE_OFF or day not in addition.active:
            continue
        presences = presences_of(facts, addition, today)
        basis = count(addition, presences, [today], today, agreement.proration)
        exact = sum((part.exact for part in basis.parts), Fraction(0))
        if addition.kind is Kind.YEARLY:
            yearly += exact / 12
        else:
            recurring += exact
    if agreement.minimum is not None:
        recurring = max(recurring, Fraction(agreement.minimum) / agreement.months)
    return recurring + yearly


@dataclass(frozen=True, slots=True)
class Movement:
    """How recurring revenue came from ``before`` to ``after``; every figure is positive."""

    before: Fraction
    new: Fraction
    grown: Fraction
    shrunk: Fraction
    lost: Fraction
    after: Fraction

    def __post_init__(self) -> None:
        if self.before + self.new + self.grown - self.shrunk - self.lost != self.after:
            raise ValueError("the movement does not lead from before to after")


def movement(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> Movement:
    """Compare the monthly value of each client then and now; a missing client is worth 0."""
    sizes = dict.fromkeys(("new", "grown", "shrunk", "lost"), Fraction(0))
    for client in {*before, *after}:
        old, now = before.get(client, Fraction(0)), after.get(client, Fraction(0))
        if old != now:
            sizes[_name(old, now)] += abs(now - old)
    then = sum(before.values(), Fraction(0))
    return Movement(before=then, after=sum(after.values(), Fraction(0)), **sizes)


def _name(old: Fraction, now: Fraction) -> str:
    if not old:
        return "new"
    if not now:
        return "lost"
    return "grown" if now > old else "shrunk"
