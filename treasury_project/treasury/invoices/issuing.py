"""Issuing: the next numbers, for drafts that are still what somebody looked at."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from hm_auth.webhooks import operations as webhooks
from treasury.billing_rules.lines import Line, Working
from treasury.invoices import bulk
from treasury.invoices.clients import Client
from treasury.invoices.contacts import Contacts
from treasury.invoices.drafts import agreements_of, differs, fill, one_at_a_time, write_lines
from treasury.invoices.due_drafts import Computed, Drafted, compute
from treasury.invoices.models import (
    BilledWork,
    FactChange,
    Invoice,
    InvoiceLine,
    Series,
    Status,
)
from treasury.seller.models import Seller

SERIES = "INV"
_FIELDS = (
    "status", "series", "number", "issued_on", "due_on", "client", "seller", "open", "issued_by",
    "drafted_at", "po_number",
)  # fmt: skip


class NotADraft(HiveMatrixError):
    """The invoice has been issued already, perhaps by somebody else a moment ago."""

    code = "not_a_draft"


class NotIssued(HiveMatrixError):
    """It was not issued; the message says why, for people."""

    code = "not_issued"


@dataclass(slots=True)
class Issued:
    """The invoices issued, and why others were not, by their id."""

    invoices: list[Invoice] = field(default_factory=list)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)


def issue(
    invoice: Invoice,
    *,
    client: Client,
    today: date,
    by: User | None,
    contacts: Contacts | None = None,
) -> Invoice:
    """Issue one draft. Raises NotADraft, NotIssued."""
    clients = {invoice.company_id: client}
    done = issue_many([invoice.pk], clients=clients, today=today, by=by, contacts=contacts)
    if why := done.refused.get(invoice.pk):
        raise NotIssued(why)
    if not done.invoices:
        invoice.refresh_from_db()
        raise NotADraft(f"{invoice.label} has been issued already.")
    return done.invoices[0]


@transaction.atomic
def issue_many(
    pks: Sequence[uuid.UUID],
    *,
    clients: Mapping[uuid.UUID, Client],
    today: date,
    by: User | None,
    contacts: Contacts | None = None,
) -> Issued:
    """Give the drafts ``pks`` the next numbers and make them final, all in one transaction.

    Each is computed once more. One that would come out differently than what is stored was looked
    at in vain: it is put right and not issued. What is issued already is passed over. The numbers
    are given under a lock that lasts until the transaction ends, so that a transaction that fails
    leaves no gap. ``clients`` are the companies as Nexus knows them today.
    """
    done = Issued()
    one_at_a_time()
    with bulk.without_garbage_collection():
        return _issue(pks, done, clients, today, by, contacts)


def _issue(
    pks: Sequence[uuid.UUID],
    done: Issued,
    clients: Mapping[uuid.UUID, Client],
    today: date,
    by: User | None,
    contacts: Contacts | None,
) -> Issued:
    rows = list(
        Invoice.objects.select_for_update(of=("self",))
        .filter(pk__in=pks, status=Status.DRAFT)
        .select_related("agreement")
        .order_by("period_start", "id")
    )
    computed = _again(rows, today, contacts)
    ready = list(_ready(rows, computed, clients, done))
    _number(ready, clients, today, by)
    rows = [row for row, _ in ready]
    bulk.update(rows, _FIELDS)
    BilledWork.objects.bulk_create(
        BilledWork(entry_id=key, invoice=row)
        for row, drafted in ready
        for key in work_of(drafted.draft.lines)
    )
    seen = [pk for row in rows for pk in computed.changes.get(row.agreement_id, ())]
    FactChange.objects.filter(pk__in=seen).delete()
    webhooks.announce("invoice.issued", map(payload, rows))
    done.invoices = rows
    return done


def _again(rows: Sequence[Invoice], today: date, contacts: Contacts | None) -> Computed:
    companies = {row.company_id for row in rows}
    return compute(agreements_of(list(companies), today), today, contacts=contacts)


def _ready(
    rows: Sequence[Invoice], computed: Computed, clients: Mapping[uuid.UUID, Client], done: Issued
) -> Iterator[tuple[Invoice, Drafted]]:
    """Yield the drafts that can be issued; the others are put right, and noted why not."""
    now = {(each.agreement.pk, each.draft.period.start): each for each in computed.drafts}
    reasons = {each.agreement.pk: "; ".join(each.reasons) for each in computed.left_out}
    known = _stored_lines(rows)
    waiting: dict[uuid.UUID, list[date]] = defaultdict(list)
    for agreement, start in sorted(now):
        waiting[agreement].append(start)
    for row in rows:
        drafted = now.get((row.agreement_id, row.period_start))
        earlier = any(start < row.period_start for start in waiting[row.agreement_id])
        if row.company_id not in clients:
            done.refused[row.pk] = "Nexus does not know this company."
        elif earlier:
            done.refused[row.pk] = "An earlier period of this agreement has to be issued first."
        elif drafted is None:
            reason = reasons.get(row.agreement_id, "it is not due any more")
            done.refused[row.pk] = f"It cannot be billed now: {reason}."
        elif differs(row, known[row.pk], drafted):
            put_right(row, drafted)
            done.refused[row.pk] = "It was out of date and has been put right: look at it again."
        else:
            waiting[row.agreement_id].remove(row.period_start)
            yield row, drafted


def _stored_lines(rows: Sequence[Invoice]) -> Mapping[uuid.UUID, list[dict[str, object]]]:
    found: dict[uuid.UUID, list[dict[str, object]]] = defaultdict(list)
    lines = InvoiceLine.objects.filter(invoice__in=[row.pk for row in rows])
    values = lines.order_by("invoice", "position").values_list("invoice", "taxes", "explanation")
    for pk, taxes, explanation in values:
        found[pk].append({"taxes": taxes, "explanation": explanation})
    return found


def put_right(row: Invoice, drafted: Drafted) -> None:
    """Replace what the draft ``row`` says by what was computed now."""
    fill(row, drafted)
    row.lines.all().delete()
    row.save()
    write_lines([(row, drafted)])


def _number(
    ready: Sequence[tuple[Invoice, Drafted]],
    clients: Mapping[uuid.UUID, Client],
    today: date,
    by: User | None,
) -> None:
    if not ready:
        return
    seller = seller_snapshot()
    series = next_numbers(SERIES, len(ready))
    for number, (row, _) in enumerate(ready, start=series.last_number - len(ready) + 1):
        row.series, row.number = series, number
        row.status = Status.ISSUED if row.gross else Status.PAID  # nothing is to be paid
        row.issued_on = today
        row.due_on = today + timedelta(days=row.agreement.payment_days)
        row.po_number = row.po_number or row.agreement.po_number
        row.client = asdict(clients[row.company_id])
        row.seller = seller
        row.open = row.gross
        row.issued_by_id = by.pk if by else None
        row.drafted_at = timezone.now()


def next_numbers(code: str, count: int) -> Series:
    """Take the next ``count`` numbers of a series, locked until the transaction ends.

    Returns the series after the last of them.
    """
    series, _ = Series.objects.select_for_update().get_or_create(code=code)
    series.last_number += count
    series.save(update_fields=["last_number"])
    return series


def seller_snapshot() -> dict[str, Any]:
    """Return who sends the invoices, as it is kept with each: all but the logo and policies."""
    names = (
        "name", "legal_name", "street", "street2", "postcode", "city", "country", "tax_id",
        "registration", "email", "phone", "iban", "bic", "peppol_id", "footer", "accent",
    )  # fmt: skip
    found = Seller.objects.values(*names).first()
    if found is None:
        raise NotIssued("Say first who sends the invoices: fill in “Your business”.")
    return found


def work_of(lines: Iterable[Line]) -> set[str]:
    """Return the ids of the time entries that ``lines`` bill or draw from prepaid hours."""
    found: set[str] = set()
    for line in lines:
        if isinstance(line.basis, Working):
            found |= {key for part in line.basis.parts for key in part.works}
            found |= {draw.work_key for draw in line.basis.draws}
    return found


def payload(row: Invoice) -> dict[str, Any]:
    """Return what other programs are told about an invoice."""
    return {
        "id": str(row.pk),
        "number": row.label,
        "kind": row.kind,
        "company": str(row.company_id),
        "currency": row.currency,
        "net": str(row.net),
        "tax": str(row.tax),
        "gross": str(row.gross),
        "open": str(row.open),
        "issued_on": row.issued_on.isoformat() if row.issued_on else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }
