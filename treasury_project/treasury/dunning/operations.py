"""Deciding on suggestions: what is approved is recorded, and sent or charged."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User
from treasury.agreements.models import Addition, Agreement
from treasury.billing_rules.agreement import Kind
from treasury.billing_rules.taxes import Liability
from treasury.catalogue.models import Product
from treasury.catalogue.quantities import Source
from treasury.clients.models import ClientTerms
from treasury.delivery.models import Kind as Mail
from treasury.delivery.operations import CannotSend, queue
from treasury.dunning.models import Measure, Notice
from treasury.dunning.suggestions import Suggestion, named
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

FEE_SKU = "LATE-FEE"
# Countries differ: damages that bear no tax, or a part of the price. Nobody but the seller can say.
UNTAXED = f"Say first how late fees are taxed: add the product {FEE_SKU} with its tax category."


class NoReason(HiveMatrixError):
    """A suggestion is dismissed with a reason, or not at all."""

    code = "no_reason"


class NotCharged(HiveMatrixError):
    """No invoice could bill this fee; the message says why."""

    code = "not_charged"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was recorded, and why some reminders and fees were left out."""

    notices: tuple[Notice, ...]
    left_out: tuple[str, ...] = ()


@transaction.atomic
def approve(
    keys: Sequence[str],
    *,
    to: Mapping[uuid.UUID, Sequence[str]],
    today: date,
    by: User | None,
) -> Decided:
    """Record the suggestions named by ``keys``: reminders go out, fees go on the next invoice.

    What is suggested is computed again under a lock: what was paid or decided meanwhile is left
    out, and nothing goes out twice. ``to`` are the addresses of each company; a reminder that
    nobody would get is left out and named, as is a fee that no invoice could bill, or whose tax
    nobody has chosen.
    """
    _lock()
    notices, left_out = [], []
    for each in named(keys, today):
        try:
            addition = _charge(each, today) if each.measure is Measure.LATE_FEE else None
            if each.measure is Measure.REMINDER:
                _mail(each, to.get(each.invoice.company_id, ()), by)
        except NotCharged as why:
            left_out.append(str(why))
        except CannotSend as why:
            left_out.append(f"{each.client_name}, {each.invoice.label}: {why}")
        else:
            notices.append(_record(each, by, text=each.text, addition=addition))
    return Decided(tuple(notices), tuple(dict.fromkeys(left_out)))


def _mail(each: Suggestion, to: Sequence[str], by: User | None) -> None:
    queue(
        kind=Mail.REMINDER,
        company_id=each.invoice.company_id,
        invoice=each.invoice,
        to=to,
        subject=f"Reminder: {each.invoice.label} is open",
        body=each.text,
        by=by,
    )


@transaction.atomic
def dismiss(keys: Sequence[str], *, reason: str, today: date, by: User | None) -> Decided:
    """Record that nothing is done, and why; that stage is not suggested again. Raises NoReason."""
    if not reason.strip():
        raise NoReason("Say why nothing is done.")
    _lock()
    found = named(keys, today)
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


def _charge(each: Suggestion, today: date) -> Addition:
    """Add the fee to an agreement that will still be billed. Raises NotCharged."""
    agreement = _billing_agreement(each, today)
    product = Product.objects.filter(sku=FEE_SKU).first()
    if product is None:
        raise NotCharged(UNTAXED)
    _refuse_untaxed(product, agreement, today)
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


def _billing_agreement(each: Suggestion, today: date) -> Agreement:
    running = Agreement.objects.filter(
        Q(end__isnull=True) | Q(end__gt=today),
        company_id=each.invoice.company_id,
        currency=each.amount.currency,
    )
    own = running.filter(pk=each.invoice.agreement_id).first()
    found = own or running.order_by("start", "id").first()
    if found is None:
        raise NotCharged(f"{each.client_name} has no agreement that could bill {each.amount}.")
    return found


def _refuse_untaxed(product: Product, agreement: Agreement, today: date) -> None:
    """Refuse a fee that would stop the next invoice: nobody says how it is taxed."""
    terms = ClientTerms.objects.filter(pk=agreement.company_id).first() or ClientTerms()
    if terms.liability != Liability.STANDARD.value:
        return
    region = terms.tax_region or Seller.objects.values_list("tax_region", flat=True).get()
    rates = TaxRate.objects.filter(
        Q(end__isnull=True) | Q(end__gt=today),
        category=product.tax_category,
        region=region,
        start__lte=today,
    )
    if not rates.exists():
        kind = product.get_tax_category_display().lower()
        raise NotCharged(f"No tax is known for late fees ({kind}) in {region}; add it first.")
