"""Every write to invoices: drafting what is due, and issuing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.agreements.models import Agreement
from treasury.billing_rules import stored
from treasury.billing_rules.drafting import Draft
from treasury.invoices.due_drafts import LeftOut, compute
from treasury.invoices.models import Invoice, InvoiceLine, Series, Status

SERIES = "INV"


class NotADraft(HiveMatrixError):
    """The invoice has been issued already, perhaps by somebody else a moment ago."""

    code = "not_a_draft"


@dataclass(frozen=True, slots=True)
class Client:
    """Who a company is on the day an invoice is issued to it; kept with the invoice for ever."""

    name: str
    account_number: str = ""
    legal_name: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the billing made, and the agreements it could not bill."""

    drafted: tuple[Invoice, ...]
    left_out: tuple[LeftOut, ...]


@transaction.atomic
def draft_due(*, today: date, by: User | None) -> Run:
    """Draft an invoice for every period due on ``today`` that has none, for all agreements.

    All or nothing: killed at any point, it has written nothing. Run again it finds nothing to do.
    Runs wait for each other; that (agreement, period) is unique in the database holds in any case.
    ``by`` is the person who asked, None for the timer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treasury.draft_due'))")
    computed = compute(today)
    pairs = [(_invoice(row, draft, by), draft) for row, draft in computed.drafts]
    Invoice.objects.bulk_create([invoice for invoice, _ in pairs], ignore_conflicts=True)
    written = set(
        Invoice.objects.filter(pk__in=[each.pk for each, _ in pairs]).values_list("pk", flat=True)
    )
    ours = [(invoice, draft) for invoice, draft in pairs if invoice.pk in written]
    InvoiceLine.objects.bulk_create(
        line for invoice, draft in ours for line in _lines(invoice, draft)
    )
    return Run(tuple(invoice for invoice, _ in ours), tuple(computed.left_out))


@transaction.atomic
def issue(invoice: Invoice, *, client: Client, today: date, by: User | None) -> Invoice:
    """Give ``invoice`` the next number of its series and make it final. Raises NotADraft.

    The number is given under a lock that lasts until the transaction ends, so that a transaction
    that fails leaves no gap. ``client`` is the company as Nexus knows it today.
    """
    row: Invoice = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("agreement")
        .get(pk=invoice.pk)
    )
    if row.status != Status.DRAFT:
        raise NotADraft(f"{row.label} has been issued already.")
    series, _ = Series.objects.select_for_update().get_or_create(code=SERIES)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    row.status = Status.ISSUED
    row.series, row.number = series, series.last_number
    row.issued_on = today
    row.due_on = today + timedelta(days=row.agreement.payment_days)
    row.po_number = row.agreement.po_number
    row.client = asdict(client)
    row.seller = {}
    row.open = row.gross
    row.issued_by_id = by.pk if by else None
    row.save()
    return row


def _invoice(row: Agreement, draft: Draft, by: User | None) -> Invoice:
    return Invoice(
        agreement=row,
        company_id=row.company_id,
        period_start=draft.period.start,
        period_end=draft.period.end,
        currency=row.currency,
        net=draft.total.amount,
        gross=draft.total.amount,
        warnings=[each.message for each in draft.problems],
        po_number=row.po_number,
        drafted_by_id=by.pk if by else None,
    )


def _lines(invoice: Invoice, draft: Draft) -> Iterator[InvoiceLine]:
    for position, line in enumerate(draft.lines, start=1):
        yield InvoiceLine(
            invoice=invoice,
            position=position,
            identity=line.identity,
            description=line.description,
            amount=line.amount.amount,
            explanation=stored.to_json(line),
        )
