"""What a person may do to one draft; its amounts come from the rules all the same."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hm_auth.answers import Caller
from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.agreements.models import Addition
from treasury.billing_rules.agreement import Kind
from treasury.catalogue.models import Product
from treasury.catalogue.quantities import Source
from treasury.invoices.drafts import Run, draft_companies
from treasury.invoices.models import Invoice, Status
from treasury.invoices.running import people_of_nexus
from treasury.recorded import recorded


class Gone(HiveMatrixError):
    """The draft is issued, or there is none any more."""

    code = "gone"


def recalculate(invoice: Invoice, *, caller: Caller, by: User | None) -> Run:
    """Draft the company of ``invoice`` anew from today's facts."""
    people = people_of_nexus(caller)
    day = max(timezone.localdate(), invoice.period_start)
    return draft_companies([invoice.company_id], today=day, by=by, contacts=people)


@transaction.atomic
def discard(invoice: Invoice) -> None:
    """Remove a draft; the next run makes it again unless its cause is gone. Raises Gone."""
    _locked(invoice).delete()


@transaction.atomic
def name_order(invoice: Invoice, *, po_number: str) -> None:
    """Let a draft name the client's order; empty, the agreement's is taken. Raises Gone."""
    row = _locked(invoice)
    row.po_number = po_number
    row.save(update_fields=["po_number"])


def _locked(invoice: Invoice) -> Invoice:
    rows = Invoice.objects.select_for_update(of=("self",))
    found: Invoice | None = rows.filter(pk=invoice.pk, status=Status.DRAFT).first()
    if found is None:
        raise Gone("It has been issued, or is gone already.")
    return found


@transaction.atomic
def add_line(
    invoice: Invoice,
    *,
    product: Product,
    quantity: Decimal,
    price: Decimal | None,
    description: str,
    caller: Caller,
    by: User | None,
) -> None:
    """Bill something once with this draft: an addition of its agreement on the period's first day.

    There is no second way to an amount, so that every line can say where it comes from. Raises
    ValidationError when the rules cannot bill it, such as for want of a price.
    """
    agreement = invoice.agreement
    row = Addition(
        agreement=agreement,
        company_id=invoice.company_id,
        product=product,
        description=description,
        position=900,
        start=max(invoice.period_start, agreement.start),
        kind=Kind.ONE_OFF.value,
        source=Source.FIXED,
        quantity=quantity,
        override_price=price,
    )
    row.full_clean()
    with recorded(by=by, reason="Added to a draft"):
        row.save()
    run = recalculate(invoice, caller=caller, by=by)
    if run.left_out:
        raise ValidationError("; ".join(run.left_out[0].reasons))
