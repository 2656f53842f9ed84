"""What is due on a day, computed for many agreements at once: a fixed number of queries.

A draft that is there already is computed again, since its facts may have changed: only what has
been issued stays as it is. Earlier periods are looked at again where a fact of theirs changed.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from treasury.agreements.models import Agreement
from treasury.billing_rules import agreement as rules
from treasury.billing_rules import stored
from treasury.billing_rules.allowances import Work
from treasury.billing_rules.drafting import Draft, Severity, draft
from treasury.billing_rules.due import due, stranded
from treasury.billing_rules.lines import Line
from treasury.billing_rules.periods import Period, add_months
from treasury.invoices.assembly import agreement_of
from treasury.invoices.contacts import Contacts
from treasury.invoices.facts import FactsBook, counts_contacts
from treasury.invoices.models import FactChange, Invoice, InvoiceLine, Kind, Status
from treasury.invoices.taxing import TaxBook, Taxed
from treasury.usage.models import TimeEntry

CONTACT_MONTHS = 12  # how far back a changed contact is looked for; Nexus tells that, not when


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An agreement that could not be billed, and why, for people to read."""

    agreement: Agreement
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft of ``agreement`` with its taxes; ``before`` is the row that it replaces."""

    agreement: Agreement
    draft: Draft
    taxed: Taxed
    before: Invoice | None


@dataclass(slots=True)
class Computed:
    """The drafts of a day, who was left out, and drafts that are due no longer.

    ``changes`` are the marks of changed facts that the drafts of an agreement make up for;
    ``unbilled`` the minutes of work that no invoice will take, by company.
    """

    drafts: list[Drafted] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    gone: list[Invoice] = field(default_factory=list)
    changes: dict[uuid.UUID, list[int]] = field(default_factory=dict)
    unbilled: dict[uuid.UUID, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Case:
    row: Agreement
    terms: rules.Agreement
    periods: list[Period]
    issued_until: date | None
    drafts: dict[date, Invoice]


def compute(
    rows: Sequence[Agreement],
    today: date,
    *,
    contacts: Contacts | None = None,
    tax_day: date | None = None,
) -> Computed:
    """Return the drafts of ``rows``, all agreements of their companies, due on ``today``.

    Writes nothing. Taxes are those of ``tax_day``, else of ``today``. Without ``contacts``
    agreements that count them are left out.
    """
    result = Computed()
    cases = list(_cases(rows, today, result))
    due_now = {case.row.company_id for case in cases if case.periods}
    due_now |= _with_unbilled_work({row.company_id for row in rows})
    book = FactsBook([row for row in rows if row.company_id in due_now], contacts, today)
    taxes = TaxBook(due_now)
    again = _changed(cases, contacts, result)
    history = _issued_lines([case.row.pk for case in cases if case.row.pk in again])
    for case in cases:
        since = again.get(case.row.pk)
        billed = {p: lines for p, lines in history[case.row.pk].items() if since and p.end > since}
        _attempt(case, book, billed, taxes, tax_day or today, result)
    ours = {case.row.pk: case for case in cases}
    for company in due_now:
        if minutes := sum(work.minutes for work in _unbilled(book.unbilled(company), ours)):
            result.unbilled[company] = minutes
    return result


def _with_unbilled_work(companies: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    found = TimeEntry.objects.unbilled().filter(company_id__in=companies)
    return set(found.values_list("company_id", flat=True).distinct())


def _unbilled(
    by_agreement: Mapping[uuid.UUID | None, Sequence[Work]], cases: Mapping[uuid.UUID, _Case]
) -> Iterator[Work]:
    """Yield the work that no invoice will take: no agreement does, or not any more."""
    for agreement, works in by_agreement.items():
        if agreement is None:
            yield from works
        elif case := cases.get(agreement):
            yield from stranded([case.terms], works, issued_until=case.issued_until)


def _cases(rows: Sequence[Agreement], today: date, result: Computed) -> Iterator[_Case]:
    drafts: dict[uuid.UUID, dict[date, Invoice]] = defaultdict(dict)
    pks = [row.pk for row in rows]
    bills = Invoice.objects.filter(agreement__in=pks, kind=Kind.INVOICE)
    for invoice in bills.filter(status=Status.DRAFT):
        drafts[invoice.agreement_id][invoice.period_start] = invoice
    issued = bills.exclude(status=Status.DRAFT).values_list("agreement")
    until = dict(issued.annotate(Max("period_end")))
    for row in rows:
        try:
            terms = agreement_of(row)
        except ValueError as problem:
            result.left_out.append(LeftOut(row, (str(problem),)))
            result.gone += drafts[row.pk].values()
            continue
        periods = due(terms, today, issued_until=until.get(row.pk))
        # A draft for a later day than this run's is due all the same, and stays.
        days = {each.start for each in periods}
        later = [d for d in drafts[row.pk] if d > today and d not in days]
        if later:
            periods = due(terms, max(later), issued_until=until.get(row.pk))
        yield _Case(row, terms, periods, until.get(row.pk), drafts[row.pk])


def _changed(
    cases: Sequence[_Case], contacts: Contacts | None, result: Computed
) -> dict[uuid.UUID, date]:
    """Return from which day on each agreement's issued periods must be looked at again."""
    found: dict[uuid.UUID, date] = {}
    pks = [case.row.pk for case in cases]
    marks = FactChange.objects.filter(agreement__in=pks).values_list("pk", "agreement", "since")
    for pk, agreement, since in marks:
        found[agreement] = min(since, found.get(agreement, since))
        result.changes.setdefault(agreement, []).append(pk)
    people = [case for case in cases if case.issued_until and counts_contacts(case.row)]
    if people and contacts is not None:
        issued = Invoice.objects.filter(agreement__in=[case.row.pk for case in people])
        issued = issued.exclude(status=Status.DRAFT)
        computed = dict(issued.values_list("agreement").annotate(Max("drafted_at")))
        for case in people:
            if contacts.changed_since(case.row.company_id, computed[case.row.pk]):
                since = add_months(case.issued_until or date.max, -CONTACT_MONTHS)
                found[case.row.pk] = min(since, found.get(case.row.pk, since))
    return found


def _attempt(
    case: _Case,
    book: FactsBook,
    history: Mapping[Period, Sequence[stored.Json]],
    taxes: TaxBook,
    tax_day: date,
    result: Computed,
) -> None:
    """Draft the periods of one agreement, oldest first; what is broken stops this one only."""
    gone = dict(case.drafts)
    made: list[Drafted] = []
    try:
        for each in _drafts(case, book, history, taxes, tax_day):
            made.append(each)
            gone.pop(each.draft.period.start, None)
    except (ValueError, LookupError) as problem:
        result.left_out.append(LeftOut(case.row, _reasons(problem)))
    result.drafts += made
    result.gone += gone.values()


def _drafts(
    case: _Case,
    book: FactsBook,
    history: Mapping[Period, Sequence[stored.Json]],
    taxes: TaxBook,
    tax_day: date,
) -> Iterator[Drafted]:
    """Yield the drafts that are not empty. Raises Blocked, and what rules raise."""
    if not case.periods:
        return
    facts = book.facts_for(case.row)
    billed = {period: list(map(stored.from_json, lines)) for period, lines in history.items()}
    until = case.issued_until
    for period in case.periods:
        made = draft(case.terms, facts, period, issued=billed, issued_until=until)
        if made.is_blocked:
            raise Blocked(made)
        if made.is_empty:
            continue
        taxed = taxes.tax(case.row.company_id, made.lines, case.row.currency, tax_day)
        yield Drafted(case.row, made, taxed, case.drafts.get(period.start))
        # What this draft corrects, the next one of the same run must not correct again.
        billed[period] = list[Line](made.lines)
        until = period.end


class Blocked(ValueError):
    """Errors forbid to bill ``draft``."""

    def __init__(self, made: Draft) -> None:
        errors = [each.message for each in made.problems if each.severity is Severity.ERROR]
        super().__init__("; ".join(errors))
        self.reasons = tuple(errors)


def _reasons(problem: Exception) -> tuple[str, ...]:
    return problem.reasons if isinstance(problem, Blocked) else (str(problem),)


def _issued_lines(
    agreements: Sequence[uuid.UUID],
) -> Mapping[uuid.UUID, Mapping[Period, list[stored.Json]]]:
    """Return the lines of issued invoices by agreement and period."""
    found: dict[uuid.UUID, dict[Period, list[stored.Json]]] = defaultdict(dict)
    if not agreements:
        return found
    # Values and not rows: with years of history these are most of what a run reads.
    lines = (
        InvoiceLine.objects.filter(invoice__agreement__in=agreements, invoice__kind=Kind.INVOICE)
        .exclude(invoice__status=Status.DRAFT)
        .order_by("invoice", "position")
        .values_list(
            "invoice__agreement", "invoice__period_start", "invoice__period_end", "explanation"
        )
    )
    for pk, start, end, explanation in lines.iterator(chunk_size=5000):
        found[pk].setdefault(Period(start, end), []).append(explanation)
    return found
