"""What is due on a day, computed for all agreements at once: a fixed number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from treasury.agreements.models import Agreement
from treasury.billing_rules import agreement as rules
from treasury.billing_rules import stored
from treasury.billing_rules.drafting import Draft, Severity, draft
from treasury.billing_rules.due import due
from treasury.billing_rules.lines import Line
from treasury.billing_rules.periods import Period, add_months
from treasury.invoices.assembly import agreement_of, facts_of
from treasury.invoices.models import Invoice, InvoiceLine, Kind, Status
from treasury.usage.models import Device

CORRECTED_MONTHS = 12  # bills of periods that began earlier are not looked at again


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An agreement that could not be billed, and why, for people to read."""

    agreement: Agreement
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Computed:
    """The drafts of a day, and who was left out of it."""

    drafts: list[tuple[Agreement, Draft]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    row: Agreement
    terms: rules.Agreement
    periods: list[Period]


def compute(today: date) -> Computed:
    """Return a draft for every period due on ``today`` that has no invoice yet. Writes nothing.

    Seven queries, however many agreements there are; five when nothing is due.
    """
    result = Computed()
    rows = list(
        Agreement.objects.filter(start__lte=today)
        .order_by("start", "id")
        .prefetch_related("additions__product__prices")
    )
    cases = list(_cases(rows, today, result))
    if not cases:
        return result
    devices = _devices(cases)
    billed = _billed(cases, add_months(today, -CORRECTED_MONTHS))
    counted = _countss(rows)
    for case in cases:
        others = counted[case.row.company_id] - _kinds(case.row)
        mine = [each for each in devices[case.row.company_id] if each.kind not in others]
        _attempt(case, mine, billed[case.row.pk], result)
    return result


def _cases(rows: Sequence[Agreement], today: date, result: Computed) -> Iterator[_Case]:
    existing: dict[uuid.UUID, set[date]] = defaultdict(set)
    issued_until: dict[uuid.UUID, date] = {}
    known = Invoice.objects.values_list("agreement_id", "period_start", "period_end", "status")
    for pk, start, end, status in known:
        existing[pk].add(start)
        if status != Status.DRAFT:
            issued_until[pk] = max(end, issued_until.get(pk, end))
    for row in rows:
        try:
            terms = agreement_of(row)
        except ValueError as problem:
            result.left_out.append(LeftOut(row, (str(problem),)))
            continue
        periods = due(terms, today, issued_until=issued_until.get(row.pk))
        missing = [each for each in periods if each.start not in existing[row.pk]]
        if missing:
            yield _Case(row, terms, missing)


def _attempt(
    case: _Case,
    devices: Sequence[Device],
    history: Mapping[Period, Sequence[stored.Json]],
    result: Computed,
) -> None:
    """Draft the periods of one agreement, oldest first; what is broken stops this one only."""
    try:
        facts = facts_of(devices)
        billed = {
            period: [stored.from_json(line) for line in lines] for period, lines in history.items()
        }
        for period in case.periods:
            made = draft(case.terms, facts, period, issued=billed)
            if made.is_blocked:
                result.left_out.append(LeftOut(case.row, _errors(made)))
                return
            if not made.is_empty:
                result.drafts.append((case.row, made))
                # What this draft corrects, the next one of the same run must not correct again.
                billed[period] = list[Line](made.lines)
    except (ValueError, LookupError) as problem:
        result.left_out.append(LeftOut(case.row, (str(problem),)))


def _errors(made: Draft) -> tuple[str, ...]:
    return tuple(each.message for each in made.problems if each.severity is Severity.ERROR)


def _devices(cases: Sequence[_Case]) -> Mapping[uuid.UUID, list[Device]]:
    found: dict[uuid.UUID, list[Device]] = defaultdict(list)
    companies = {case.row.company_id for case in cases}
    for device in Device.objects.filter(company_id__in=companies).order_by("hostname", "start"):
        found[device.company_id].append(device)
    return found


def _billed(
    cases: Sequence[_Case], since: date
) -> Mapping[uuid.UUID, Mapping[Period, list[stored.Json]]]:
    """Return the lines of the invoices there are, drafts included, by agreement and period."""
    found: dict[uuid.UUID, dict[Period, list[stored.Json]]] = defaultdict(dict)
    # Values and not rows: with a year of history these are most of what a run reads.
    lines = (
        InvoiceLine.objects.filter(
            invoice__agreement__in=[case.row.pk for case in cases],
            invoice__kind=Kind.INVOICE,  # what was given back in grace is not billed again
            invoice__period_start__gte=since,
        )
        .order_by("invoice", "position")
        .values_list(
            "invoice__agreement", "invoice__period_start", "invoice__period_end", "explanation"
        )
    )
    for pk, start, end, explanation in lines:
        found[pk].setdefault(Period(start, end), []).append(explanation)
    return found


def _countss(rows: Sequence[Agreement]) -> Mapping[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row.company_id] |= _kinds(row)
    return found


def _kinds(row: Agreement) -> set[str]:
    return {each.counts for each in row.additions.all() if each.counts}
