"""What the seller's policy suggests today. Computed when asked, stored only when approved."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hm_auth.ui.keyset import keyset_page
from treasury.billing_rules.money import Money
from treasury.billing_rules.payments import LateFee, late_fee
from treasury.clients.models import ClientTerms
from treasury.dunning.models import Measure, Notice
from treasury.dunning.wording import Reminder
from treasury.invoices.models import Invoice, Status
from treasury.payments.accounts import as_debt
from treasury.payments.clients import names_of
from treasury.seller.models import Seller

SIZE = 100  # invoices on a page
ORDER = ("due", "serial", "no", "pk")


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


@dataclass(frozen=True, slots=True)
class Page:
    """Suggestions of some invoices, and the cursor of those that follow (None at the end)."""

    rows: list[Suggestion]
    next: str | None


def suggestions(today: date) -> list[Suggestion]:
    """Return all that can be done about overdue invoices, the oldest first. Four queries.

    Of several stages that have been reached only the latest is suggested: nobody gets two
    reminders on one day. Clients whose terms say so are left alone.
    """
    seller = _seller()
    return _of(waiting(seller, today).order_by(*ORDER), seller, today) if seller else []


def page(today: date, after: str | None) -> Page:
    """Return the suggestions of the ``SIZE`` invoices that follow the cursor ``after``."""
    seller = _seller()
    if seller is None:
        return Page([], None)
    found = keyset_page(waiting(seller, today), ORDER, after, SIZE)
    return Page(_of(found.rows, seller, today), found.next)


def count(today: date) -> int:
    """Return how many invoices wait for a decision."""
    seller = _seller()
    return waiting(seller, today).order_by().count() if seller else 0


def named(keys: Collection[str], today: date) -> list[Suggestion]:
    """Return the suggestions that ``keys`` name; what is no longer suggested is left out."""
    seller = _seller()
    if seller is None:
        return []
    rows = waiting(seller, today).filter(pk__in=_invoices_of(keys)).order_by(*ORDER)
    return [each for each in _of(rows, seller, today) if each.key in keys]


def _invoices_of(keys: Iterable[str]) -> Iterator[uuid.UUID]:
    for key in keys:
        with suppress(ValueError):  # somebody has changed the form
            yield uuid.UUID(key.rpartition(":")[2])


def _seller() -> Seller | None:
    return Seller.objects.defer("logo").first()


def waiting(seller: Seller, today: date) -> QuerySet[Invoice]:
    """Return the overdue invoices for which a reminder or a late fee has not been decided on."""
    left_alone = ClientTerms.objects.filter(no_reminders=True).values("company_id")
    overdue = Invoice.objects.filter(open__gt=0, due_on__lt=today).exclude(status=Status.DRAFT)
    overdue = overdue.exclude(company_id__in=left_alone)
    return (
        overdue.annotate(due=F("due_on"), serial=F("series_id"), no=F("number"))
        .filter(_reminder_waits(seller, today) | _fee_waits(seller, today))
        .defer("client", "seller", "tax_breakdown", "warnings")
    )


def _reminder_waits(seller: Seller, today: date) -> Q:
    """Return who has reached a stage that nobody has decided on: that one, or a later one."""
    decided = Notice.objects.filter(invoice=OuterRef("pk"), measure=Measure.REMINDER)
    days = sorted(seller.reminder_days)
    waits = Q(pk__in=[])
    for stage, (day, following) in enumerate(zip_longest(days, days[1:]), start=1):
        reached = Q(due_on__lte=today - timedelta(days=day))
        if following is not None:
            reached &= Q(due_on__gt=today - timedelta(days=following))
        waits |= reached & ~Q(Exists(decided.filter(stage__gte=stage)))
    return waits


def _fee_waits(seller: Seller, today: date) -> Q:
    if not seller.late_percent and not seller.late_flat:
        return Q(pk__in=[])
    decided = Notice.objects.filter(invoice=OuterRef("pk"), measure=Measure.LATE_FEE)
    waits = Q(due_on__lt=today - timedelta(days=seller.late_grace_days))
    if seller.late_flat:  # it is an amount in the seller's currency
        waits &= Q(currency=seller.currency)
    return waits & ~Q(Exists(decided))


def _of(rows: Iterable[Invoice], seller: Seller, today: date) -> list[Suggestion]:
    rows = list(rows)
    names = names_of(row.company_id for row in rows)
    notices = _notices(rows)
    found = []
    for row in rows:
        decided = notices[row.pk]
        name = names.get(row.company_id, "")
        found += _reminder(row, name, seller, today, decided)
        found += _fee(row, name, seller, today, decided)
    return found


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


def companies(found: Sequence[Suggestion]) -> set[uuid.UUID]:
    """Return whom ``found`` concerns."""
    return {each.invoice.company_id for each in found}
