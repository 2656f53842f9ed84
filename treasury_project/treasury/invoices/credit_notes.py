"""Credit notes: what is wrong with an issued invoice is given back by a document of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from hm_auth.webhooks import operations as webhooks
from treasury.billing_rules.credit_notes import Charged, CreditNote, Levy, OverCredit, credit
from treasury.billing_rules.money import Money, total
from treasury.invoices.issuing import next_numbers, payload
from treasury.invoices.models import Invoice, InvoiceLine, Kind, Status
from treasury.payments import accounts
from treasury.payments.operations import apply_document

SERIES = "CRN"


class CannotCredit(HiveMatrixError):
    """More would be given back than was billed, or this is no invoice to credit."""

    code = "cannot_credit"


@dataclass(frozen=True, slots=True)
class Creditable:
    """A line of an invoice, and how much of it earlier credit notes have left, net."""

    line: InvoiceLine
    left: Money


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice as it stands after the credit notes there are."""

    invoice: Invoice
    lines: tuple[Creditable, ...]
    charged: tuple[Charged, ...]
    already: tuple[CreditNote, ...]

    @property
    def credited(self) -> Money:
        """What has been given back so far, with taxes: positive."""
        return -total((each.gross for each in self.already), self.invoice.currency)


def standing(invoice: Invoice) -> Standing:
    """Return what of ``invoice`` can be credited. Raises CannotCredit; three queries."""
    if invoice.kind != Kind.INVOICE or invoice.status == Status.DRAFT or invoice.gross <= 0:
        raise CannotCredit("Only an issued invoice that asks for money can be credited.")
    rows = list(invoice.lines.order_by("position"))
    charged = tuple(_charged(row, invoice.currency) for row in rows)
    already = tuple(_notes(invoice))
    lines = []
    for row, line in zip(rows, charged, strict=True):
        given = [each.net for note in already for each in note.lines if each.key == line.key]
        lines.append(Creditable(row, line.net + total(given, invoice.currency)))
    return Standing(invoice, tuple(lines), charged, already)


def preview(invoice: Invoice, *, amounts: Mapping[str, Money] | None) -> CreditNote:
    """Return what crediting ``amounts`` (net, by identity; None: all) would give back.

    Raises CannotCredit.
    """
    return _compute(standing(invoice), amounts)


@transaction.atomic
def issue_credit_note(
    invoice: Invoice,
    *,
    amounts: Mapping[str, Money] | None,
    reason: str,
    today: date,
    by: User | None,
    seen: Money | None = None,
) -> Invoice:
    """Issue a credit note at once and use it for ``invoice``; the rest is the client's credit.

    ``amounts`` as for ``preview``. ``seen`` is how much had been credited when the person looked:
    if that is different now, another clerk was faster (or a form was sent twice). The invoice's
    row is locked until the end, as is the series. Raises CannotCredit.
    """
    accounts.lock(invoice.company_id)
    locked: Invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    before = standing(locked)
    if seen is not None and seen != before.credited:
        raise CannotCredit("Some of it has been credited meanwhile. Look at it again.")
    if not reason.strip():
        raise CannotCredit("Say why: the credit note has to tell.")
    made = _compute(before, amounts)
    row = _row(locked, made, reason=reason.strip(), today=today, by=by)
    # Lines first: the row that comes last closes them.
    InvoiceLine.objects.bulk_create(_lines(row, made, before))
    row.save(force_insert=True)
    apply_document(row, locked, by=by)
    row.refresh_from_db()
    webhooks.announce("invoice.issued", [payload(row)])
    return row


def _compute(before: Standing, amounts: Mapping[str, Money] | None) -> CreditNote:
    try:
        made = credit(before.charged, amounts=amounts, already=before.already)
    except (OverCredit, KeyError) as problem:
        raise CannotCredit(_words(problem, before)) from problem
    if made.gross.amount >= 0:
        raise CannotCredit("These lines would not give money back, but ask for more.")
    return made


def _words(problem: Exception, before: Standing) -> str:
    if isinstance(problem, KeyError):
        return "The invoice has no such line."
    names = {each.line.identity: each.line.description for each in before.lines}
    text = str(problem)
    for identity, description in names.items():
        text = text.replace(f" of {identity} is left", f" of “{description}” is left")
    return text[:1].upper() + text[1:] + "."


def _row(
    invoice: Invoice, made: CreditNote, *, reason: str, today: date, by: User | None
) -> Invoice:
    series = next_numbers(SERIES, 1)
    same = (
        "agreement_id company_id period_start period_end currency tax_region liability "
        "liability_reason po_number client seller"
    )
    day = max(today, invoice.issued_on or today)
    return Invoice(
        **{name: getattr(invoice, name) for name in same.split()},
        kind=Kind.CREDIT_NOTE,
        corrects=invoice,
        reason=reason,
        status=Status.ISSUED,
        series=series,
        number=series.last_number,
        net=made.net.amount,
        tax=made.tax.amount,
        gross=made.gross.amount,
        open=made.gross.amount,
        tax_breakdown=_breakdown(invoice, made),
        issued_on=day,
        due_on=day,
        drafted_by=by,
        issued_by=by,
    )


def _lines(row: Invoice, made: CreditNote, before: Standing) -> list[InvoiceLine]:
    originals = {each.line.identity: each for each in before.lines}
    return [
        InvoiceLine(
            invoice_id=row.pk,
            position=position,
            identity=line.key,
            description=originals[line.key].line.description,
            amount=line.net.amount,
            tax_category=originals[line.key].line.tax_category,
            taxes=[_plain(levy) for levy in line.levies],
            explanation=_explanation(before.invoice, originals[line.key], line),
        )
        for position, line in enumerate(made.lines, start=1)
    ]


def _explanation(invoice: Invoice, original: Creditable, line: Charged) -> dict[str, Any]:
    """Say what is given back of what; ``sentences`` as every explanation has them."""
    whole = Money(original.line.amount, invoice.currency)
    sentence = f"{-line.net} of the {whole} on {invoice.label}"
    if original.left != whole:
        sentence += f", of which {original.left} had not been credited"
    taxed = ", ".join(f"{levy.name} {levy.percent.normalize():f} %" for levy in line.levies)
    return {
        "is": "Credited",
        "invoice": str(invoice.pk),
        "label": invoice.label,
        "billed": str(whole.amount),
        "left_before": str(original.left.amount),
        "sentences": [sentence + (f"; {taxed} as it was billed" if taxed else "")],
    }


def _breakdown(invoice: Invoice, made: CreditNote) -> list[dict[str, str]]:
    """Mirror the rows of the invoice's own breakdown with what is given back of each."""
    rows = []
    for row in invoice.tax_breakdown:
        name, percent = row["name"], Decimal(row["percent"])
        mine = [
            (line.net, levy.amount)
            for line in made.lines
            for levy in line.levies
            if (levy.name, levy.percent) == (name, percent)
        ]
        if not any(line.levies for line in made.lines):  # exempt, reverse charge: one row for all
            mine = [(line.net, line.net - line.net) for line in made.lines]
        if mine:
            base = total((net for net, _ in mine), invoice.currency)
            amount = total((tax for _, tax in mine), invoice.currency)
            rows.append({**row, "base": str(base.amount), "amount": str(amount.amount)})
    return rows


def _notes(invoice: Invoice) -> list[CreditNote]:
    found = invoice.credit_notes.order_by("number").prefetch_related("lines")
    return [
        CreditNote(
            tuple(_charged(line, note.currency) for line in note.lines.all()),
            Money(note.net, note.currency),
            Money(note.tax, note.currency),
            Money(note.gross, note.currency),
        )
        for note in found
    ]


def _charged(row: InvoiceLine, currency: str) -> Charged:
    levies = (
        Levy(each["name"], Decimal(each["percent"]), Money(Decimal(each["amount"]), currency))
        for each in row.taxes
    )
    return Charged(row.identity, Money(row.amount, currency), tuple(levies))


def _plain(levy: Levy) -> dict[str, str]:
    return {
        "name": levy.name,
        "percent": str(levy.percent),
        "amount": str(levy.amount.amount),
    }
