"""Writing drafts: those of a day, and one again."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from hm_auth.models import User
from treasury.agreements.models import Agreement
from treasury.billing_rules import stored
from treasury.invoices import bulk
from treasury.invoices.contacts import Contacts
from treasury.invoices.due_drafts import Computed, Drafted, LeftOut, compute
from treasury.invoices.loading import loaded
from treasury.invoices.models import Invoice, InvoiceLine

BATCH = 250  # companies that are billed in one transaction; more take memory and no less time
_FIELDS = (
    "period_end", "net", "tax", "gross", "tax_region", "liability", "liability_reason",
    "tax_breakdown", "warnings", "drafted_at",
)  # fmt: skip
_LINE_FIELDS = (
    "invoice", "position", "identity", "description", "amount", "tax_category", "taxes",
    "explanation",
)  # fmt: skip
Line = dict[str, object]


@dataclass(slots=True)
class Run:
    """What a run of the billing made, by the ids of invoices, and whom it could not bill."""

    drafted: list[uuid.UUID] = field(default_factory=list)
    changed: list[uuid.UUID] = field(default_factory=list)
    removed: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    unbilled: dict[uuid.UUID, int] = field(default_factory=dict)


def draft_due(
    *,
    today: date,
    by: User | None,
    contacts: Contacts | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Run:
    """Draft an invoice for every period due on ``today``, and put right the drafts there are.

    Companies are billed in batches, each whole or not at all: killed at any point, what is
    written is right, and the next run does the rest. Runs wait for each other, and that
    (agreement, period) is unique in the database holds in any case. ``by`` is the person who
    asked, None for the timer; ``progress`` hears after each batch how many of all companies are
    done.
    """
    run = Run()
    companies = list(
        Agreement.objects.filter(start__lte=today)
        .order_by("company_id")
        .values_list("company_id", flat=True)
        .distinct()
    )
    rest, done = iter(companies), 0
    progress(done, len(companies))
    while batch := list(islice(rest, BATCH)):
        _draft_batch(batch, run, today=today, by=by, contacts=contacts)
        done += len(batch)
        progress(done, len(companies))
    return run


def draft_companies(
    companies: Sequence[uuid.UUID], *, today: date, by: User | None, contacts: Contacts | None
) -> Run:
    """Draft a few companies, all together or not at all."""
    run = Run()
    _draft_batch(companies, run, today=today, by=by, contacts=contacts)
    return run


@transaction.atomic
def _draft_batch(
    companies: Sequence[uuid.UUID],
    run: Run,
    *,
    today: date,
    by: User | None,
    contacts: Contacts | None,
) -> None:
    one_at_a_time()
    with bulk.without_garbage_collection():
        computed = compute(agreements_of(companies, today), today, contacts=contacts)
        drafted, changed = save(computed, by=by)
    run.drafted += [row.pk for row in drafted]
    run.changed += [row.pk for row in changed]
    run.removed += len(computed.gone)
    run.left_out += computed.left_out
    run.unbilled |= computed.unbilled


def one_at_a_time() -> None:
    """Wait until nobody else drafts or issues; until the transaction ends nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treasury.invoices'))")


def agreements_of(companies: Sequence[uuid.UUID], today: date) -> list[Agreement]:
    """Return all agreements of ``companies`` that have begun, with what assembly reads of them."""
    begun = Agreement.objects.filter(company_id__in=companies, start__lte=today)
    return loaded(begun.order_by("start", "id"))


def save(computed: Computed, *, by: User | None) -> tuple[list[Invoice], list[Invoice]]:
    """Write the drafts of ``computed``; returns those that are new, and those that changed."""
    new = [each for each in computed.drafts if each.before is None]
    again = [each for each in computed.drafts if each.before is not None]
    made = [_invoice(each, by) for each in new]
    bulk.insert(Invoice, made)
    pairs = list(zip(made, new, strict=True))
    stale = [(row, each) for row, each in _stale(again)]
    for row, each in stale:
        fill(row, each)
    bulk.update([row for row, _ in stale], _FIELDS)
    InvoiceLine.objects.filter(invoice__in=[row.pk for row, _ in stale]).delete()
    write_lines((*pairs, *stale))
    if computed.gone:
        Invoice.objects.filter(pk__in=[row.pk for row in computed.gone]).delete()
    return made, [row for row, _ in stale]


def _stale(again: Sequence[Drafted]) -> Iterator[tuple[Invoice, Drafted]]:
    """Yield the drafts whose row says something else than what was computed now."""
    before = [each.before.pk for each in again if each.before]
    known: dict[uuid.UUID, list[Line]] = defaultdict(list)
    rows = InvoiceLine.objects.filter(invoice__in=before).order_by("invoice", "position")
    for pk, taxes, explanation in rows.values_list("invoice", "taxes", "explanation"):
        known[pk].append({"taxes": taxes, "explanation": explanation})
    for each in again:
        if each.before is not None and differs(each.before, known[each.before.pk], each):
            yield each.before, each


def differs(row: Invoice, lines: Sequence[Line], now: Drafted) -> bool:
    """Tell whether ``row`` with its ``lines`` is not what was computed ``now``."""
    if row.warnings != warnings_of(now) or row.gross != now.taxed.result.gross.amount:
        return True
    taxes = now.taxed.by_line
    return list(lines) != [
        {"taxes": taxes.get(line.identity, []), "explanation": stored.to_json(line)}
        for line in now.draft.lines
    ]


def warnings_of(drafted: Drafted) -> list[str]:
    """Return what a person must look at, in words."""
    return [each.message for each in drafted.draft.problems]


def _invoice(drafted: Drafted, by: User | None) -> Invoice:
    agreement = drafted.agreement
    row = Invoice(
        agreement=agreement,
        company_id=agreement.company_id,
        period_start=drafted.draft.period.start,
        currency=agreement.currency,
        po_number=agreement.po_number,
        drafted_by_id=by.pk if by else None,
    )
    fill(row, drafted)
    return row


def fill(row: Invoice, drafted: Drafted) -> None:
    """Put what was computed into ``row``."""
    taxed = drafted.taxed
    row.period_end = drafted.draft.period.end
    row.net = taxed.result.net.amount
    row.tax = taxed.result.tax.amount
    row.gross = taxed.result.gross.amount
    row.tax_region, row.liability = taxed.region, taxed.liability
    row.liability_reason = taxed.reason
    row.tax_breakdown = taxed.breakdown
    row.warnings = warnings_of(drafted)
    row.drafted_at = timezone.now()


def write_lines(pairs: Iterable[tuple[Invoice, Drafted]]) -> None:
    """Write the lines of new drafts, or of those whose lines have just been removed."""
    bulk.copy(InvoiceLine, _LINE_FIELDS, (line for pair in pairs for line in _lines(*pair)))


def _lines(row: Invoice, drafted: Drafted) -> Iterator[tuple[object, ...]]:
    taxes = drafted.taxed.by_line
    for position, line in enumerate(drafted.draft.lines, start=1):
        yield (
            row.pk,
            position,
            line.identity,
            line.description,
            line.amount.amount,
            line.tax_category,
            bulk.to_json(taxes.get(line.identity, [])),
            bulk.to_json(stored.to_json(line)),
        )
