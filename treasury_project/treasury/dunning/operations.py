"""Deciding on suggestions: what is approved is recorded, and sent or charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.agreements.models import Addition, Agreement
from treasury.billing_rules.agreement import Kind
from treasury.catalogue.models import Product
from treasury.catalogue.quantities import Source
from treasury.dunning.delivery import send
from treasury.dunning.models import Measure, Notice
from treasury.dunning.suggestions import Suggestion, chosen, suggestions
from treasury.taxes.models import TaxCategory

FEE_SKU = "LATE-FEE"


class NoReason(HiveMatrixError):
    """A suggestion is dismissed with a reason, or not at all."""

    code = "no_reason"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was recorded, and the fees that no running agreement can bill."""

    notices: tuple[Notice, ...]
    not_charged: tuple[Suggestion, ...] = ()


@transaction.atomic
def approve(keys: Sequence[str], *, today: date, by: User | None) -> Decided:
    """Record the suggestions named by ``keys``: reminders go out, fees go on the next invoice.

    What is suggested is computed again under a lock: what was paid or decided meanwhile is left
    out, and nothing goes out twice.
    """
    _lock()
    notices, not_charged = [], []
    for each in chosen(suggestions(today), keys):
        addition = None
        if each.measure is Measure.LATE_FEE:
            addition = _charge(each, today)
            if addition is None:
                not_charged.append(each)
                continue
        notices.append(_record(each, by, text=each.text, addition=addition))
    send([each for each in notices if each.measure == Measure.REMINDER])
    return Decided(tuple(notices), tuple(not_charged))


@transaction.atomic
def dismiss(keys: Sequence[str], *, reason: str, today: date, by: User | None) -> Decided:
    """Record that nothing is done, and why; that stage is not suggested again. Raises NoReason."""
    if not reason.strip():
        raise NoReason("Say why nothing is done.")
    _lock()
    found = chosen(suggestions(today), keys)
    return Decided(tuple(_record(each, by, reason=reason.strip()[:500]) for each in found))


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treasury.dunning'))")


def _record(
    each: Suggestion,
    by: User | None,
    *,
    reason: str = "",
    text: str = "",
    addition: Addition | None = None,
) -> Notice:
    return Notice.objects.create(
        invoice=each.invoice,
        measure=each.measure,
        stage=each.stage,
        reason=reason,
        text=text,
        addition=addition,
        decided_by=by,
    )


def _charge(each: Suggestion, today: date) -> Addition | None:
    """Add the fee to an agreement that will still be billed; None if the client has none."""
    agreement = _billing_agreement(each, today)
    if agreement is None:
        return None
    product, _ = Product.objects.get_or_create(
        sku=FEE_SKU, defaults={"name": "Late fee", "tax_category": TaxCategory.ZERO}
    )
    return Addition.objects.create(
        agreement=agreement,
        company_id=agreement.company_id,
        product=product,
        description=f"Late fee for {each.invoice.label}, {each.days_late} days overdue",
        start=max(today, agreement.start),
        kind=Kind.ONE_OFF.value,
        source=Source.FIXED,
        quantity=Decimal(1),
        override_price=each.amount.amount,
    )


def _billing_agreement(each: Suggestion, today: date) -> Agreement | None:
    running = Agreement.objects.filter(
        Q(end__isnull=True) | Q(end__gt=today),
        company_id=each.invoice.company_id,
        currency=each.amount.currency,
    )
    own = running.filter(pk=each.invoice.agreement_id).first()
    return own or running.order_by("start", "id").first()
