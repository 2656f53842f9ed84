"""What the seller's policy suggests today. Computed when asked, stored only when approved."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from treasury.billing_rules.money import Money
from treasury.billing_rules.payments import LateFee, late_fee
from treasury.clients.models import ClientTerms
from treasury.dunning.models import Measure, Notice
from treasury.dunning.wording import Reminder
from treasury.invoices.models import Invoice, Status
from treasury.payments.accounts import as_debt
from treasury.payments.clients import names_of
from treasury.seller.models import Seller


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reminder of this stage, or a late fee, for an overdue invoice."""

    invoice: Invoice
    client_name: str
    measure: Measure
    stage: int
    days_late: int
    amount: Money  # what is open, or the fee
    letter: Reminder | None = None

    @property
    def text(self) -> str:
        """What the reminder says; "" for a fee."""
        return self.letter.text() if self.letter else ""

    @property
    def key(self) -> str:
        """How a page names it: stable while it is suggested."""
        return f"{self.measure.value}:{self.stage}:{self.invoice.pk}"


def suggestions(today: date) -> list[Suggestion]:
    """Return what can be done about overdue invoices, the oldest first. Four queries.

    Of several stages that have been reached only the latest is suggested: nobody gets two
    reminders on one day. Clients whose terms say so are left alone.
    """
    seller = Seller.objects.defer("logo").first()
    if seller is None:
        return []
    rows = _overdue(today)
    names = names_of(row.company_id for row in rows)
    notices = _notices(rows)
    found = []
    for row in rows:
        decided = notices[row.pk]
        name = names.get(row.company_id, "")
        found += _reminder(row, name, seller, today, decided)
        found += _fee(row, name, seller, today, decided)
    return found


def _overdue(today: date) -> Sequence[Invoice]:
    left_alone = ClientTerms.objects.filter(no_reminders=True).values("company_id")
    return list(
        Invoice.objects.filter(open__gt=0, due_on__lt=today)
        .exclude(status=Status.DRAFT)
        .exclude(company_id__in=left_alone)
        .defer("client", "seller", "tax_breakdown", "warnings")
        .order_by("due_on", "series_id", "number")
    )


def _notices(rows: Sequence[Invoice]) -> Mapping[uuid.UUID, set[tuple[str, int]]]:
    """Return what has been decided on each of ``rows``: measure and stage."""
    found: dict[uuid.UUID, set[tuple[str, int]]] = defaultdict(set)
    decided = Notice.objects.filter(invoice__in=[row.pk for row in rows])
    for pk, measure, stage in decided.values_list("invoice", "measure", "stage"):
        found[pk].add((measure, stage))
    return found


def _late(row: Invoice, today: date) -> int:
    return (today - row.due_on).days if row.due_on else 0


def _reminder(
    row: Invoice, name: str, seller: Seller, today: date, decided: set[tuple[str, int]]
) -> list[Suggestion]:
    late = _late(row, today)
    stage = sum(late >= day for day in seller.reminder_days)
    before = max((each for kind, each in decided if kind == Measure.REMINDER), default=0)
    if stage <= before:
        return []
    amount = Money(row.open, row.currency)
    letter = Reminder(
        client=name,
        label=row.label,
        amount=amount,
        issued_on=row.issued_on,
        due_on=row.due_on,
        stage=stage,
        last=stage == len(seller.reminder_days),
        seller=seller.legal_name or seller.name,
        iban=seller.iban,
    )
    return [Suggestion(row, name, Measure.REMINDER, stage, late, amount, letter)]


def _fee(
    row: Invoice, name: str, seller: Seller, today: date, decided: set[tuple[str, int]]
) -> list[Suggestion]:
    if (Measure.LATE_FEE, 0) in decided or (seller.late_flat and row.currency != seller.currency):
        return []
    policy = LateFee(seller.late_percent, seller.late_flat, seller.late_grace_days)
    fee = late_fee(policy, as_debt(row), today)
    if not fee:
        return []
    return [Suggestion(row, name, Measure.LATE_FEE, 0, _late(row, today), fee)]


def chosen(found: Sequence[Suggestion], keys: Sequence[str]) -> list[Suggestion]:
    """Return those of ``found`` that ``keys`` name; what is no longer suggested is left out."""
    wanted = set(keys)
    return [each for each in found if each.key in wanted]


def companies(found: Sequence[Suggestion]) -> set[uuid.UUID]:
    """Return whom ``found`` concerns."""
    return {each.invoice.company_id for each in found}
