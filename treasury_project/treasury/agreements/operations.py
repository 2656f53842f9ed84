"""Every write to agreements: agreed, changed from a day on, ended, renewed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from hm_auth.models import User
from treasury.agreements.billed import is_removable, issued_until
from treasury.agreements.clashes import clash
from treasury.agreements.models import (
    Addition,
    Agreement,
    Allowance,
    Discount,
    PrepaidBlock,
    Renewal,
    Tier,
)
from treasury.billing_rules.periods import add_months
from treasury.catalogue.models import Plan
from treasury.recorded import Refused, recorded

log = logging.getLogger(__name__)

Tiers = Sequence[tuple[Decimal, Decimal]]  # more than so many units, and their price
WORDS = {
    "addition_product_once": "The company has this product already on some of these days.",
    "addition_counts_once": "Another line of the company counts these already on some of the days.",
    "addition_days": "The last day lies before the first.",
    "agreement_days": "The last day lies before the first.",
    "discount_days": "The last day lies before the first.",
    "allowance_days": "The last day lies before the first.",
    "tier_once": "Two tiers begin at the same number.",
}
# What bills are computed from: a change would rewrite those of the past.
BILLED_BY = (
    "start", "term_months", "currency", "cadence_months", "timing", "proration", "minimum",
)  # fmt: skip
FIXED = "It has been billed; to change this, end it and agree anew."
_COPIED = (
    "company_id", "product_id", "description", "position", "kind", "source", "counts", "quantity",
    "included", "increment", "override_price", "scheme", "proration",
)  # fmt: skip


def _room(lines: Sequence[Addition], *, instead_of: Addition | None = None) -> None:
    if words := clash(lines, instead_of=instead_of):
        raise Refused(words)


@contextmanager
def _agreed(agreement: Agreement, *, by: User | None, reason: str) -> Iterator[None]:
    """Write, and refuse what the billing rules could not bill. Raises Refused."""
    from treasury.invoices.assembly import agreement_of
    from treasury.invoices.loading import loaded

    with recorded(by=by, reason=reason, words=WORDS):
        yield
        (row,) = loaded(Agreement.objects.filter(pk=agreement.pk))
        try:
            agreement_of(row)
        except ValueError as problem:
            raise Refused(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from problem


def agree(agreement: Agreement, *, plan: Plan | None, by: User | None) -> Agreement:
    """Make ``agreement`` with an addition for each item of ``plan``. Raises Refused."""
    agreement.plan = plan
    items = plan.items.select_related("product").order_by("position", "pk") if plan else ()
    lines = [
        Addition(
            agreement=agreement,
            company_id=agreement.company_id,
            product=item.product,
            position=item.position,
            start=agreement.start,
            end=agreement.end if agreement.renewal == Renewal.NONE else None,
            source=item.source,
            counts=item.counts,
            quantity=item.quantity,
            included=item.included,
            increment=item.increment,
        )
        for item in items
    ]
    _room(lines)
    with _agreed(agreement, by=by, reason="Agreed"):
        agreement.save(force_insert=True)
        Addition.objects.bulk_create(lines)
    return agreement


def has_been_billed(agreement: Agreement) -> bool:
    """Tell whether an invoice of ``agreement`` was issued."""
    return bool(agreement.invoices.exclude(status="draft").exists())


def change_terms(agreement: Agreement, *, by: User | None) -> None:
    """Save the terms of ``agreement``; see ``end`` for its lines. Raises Refused."""
    before = Agreement.objects.get(pk=agreement.pk)
    changed = [name for name in BILLED_BY if getattr(before, name) != getattr(agreement, name)]
    if changed and has_been_billed(agreement):
        raise Refused(f"{', '.join(changed)}: {FIXED}")
    _save(agreement, by=by, reason="Terms")


def end(agreement: Agreement, *, last_day: date, by: User | None) -> None:
    """Let ``agreement`` end after ``last_day``, and not renew. Raises Refused.

    Its lines end with it, so that the next agreement may have the same products.
    """
    agreement.end = last_day + timedelta(days=1)
    agreement.renewal = Renewal.NONE
    _save(agreement, by=by, reason="Ended")


def renew(agreement: Agreement, *, by: User | None) -> None:
    """Let ``agreement`` go on for another term after its end. Raises Refused."""
    if agreement.end is None:
        raise Refused("It has no end, so there is nothing to renew.")
    agreement.end = add_months(agreement.end, agreement.term_months)
    _save(agreement, by=by, reason="Renewed")


def _save(agreement: Agreement, *, by: User | None, reason: str) -> None:
    lines = _following(agreement, Agreement.objects.get(pk=agreement.pk))
    _room(lines)
    with _agreed(agreement, by=by, reason=reason):
        agreement.save()
        Addition.objects.bulk_update(lines, ["end"])


def _following(agreement: Agreement, before: Agreement) -> list[Addition]:
    """Return the lines whose end changes with the agreement's, which was ``before``.

    Only an end for good ends lines: one that stops as a term does was meant to.
    """
    until = agreement.end if agreement.renewal == Renewal.NONE else None
    was_over = before.end if before.renewal == Renewal.NONE else None
    found = []
    for line in agreement.additions.select_related("product"):
        day = until if was_over is not None and line.end == was_over else line.end
        if until is not None and (day is None or day > until):
            day = until
        if day != line.end and (day is None or day > line.start):
            line.end = day
            found.append(line)
    return found


def save_line(addition: Addition, tiers: Tiers, *, by: User | None) -> Addition:
    """Add a line, or put right one that was never billed. Raises Refused."""
    _room([addition])
    with _agreed(addition.agreement, by=by, reason="Line"):
        addition.save()
        addition.tiers.all().delete()
        _write_tiers(addition, tiers)
    return addition


def change_line(addition: Addition, tiers: Tiers, *, from_day: date, by: User | None) -> Addition:
    """Bill a line as ``addition`` now says from ``from_day`` on, until then as before.

    Discounts go on with the new line. Raises Refused.
    """
    before = Addition.objects.get(pk=addition.pk)
    if from_day <= before.start or (before.end is not None and from_day >= before.end):
        raise Refused("Choose a day after the line's first and before its last.")
    after = Addition(
        agreement=addition.agreement,
        start=from_day,
        end=before.end,
        **{name: getattr(addition, name) for name in _COPIED},
    )
    _room([after], instead_of=before)
    with _agreed(addition.agreement, by=by, reason=f"Changed from {from_day}"):
        before.end = from_day
        before.save()
        after.save()
        _write_tiers(after, tiers)
        going_on = before.discounts.filter(Q(end__isnull=True) | Q(end__gt=from_day))
        Discount.objects.bulk_create(
            Discount(
                addition=after,
                percent=each.percent,
                start=max(each.start, from_day),
                end=each.end,
                reason=each.reason,
            )
            for each in going_on
        )
    return after


def _write_tiers(addition: Addition, tiers: Tiers) -> None:
    Tier.objects.bulk_create(
        Tier(addition=addition, above=above, unit_price=price) for above, price in tiers
    )


def end_line(addition: Addition, *, last_day: date, by: User | None) -> None:
    """Bill ``addition`` for the last time on ``last_day``. Raises Refused."""
    addition.end = last_day + timedelta(days=1)
    _room([addition])
    with _agreed(addition.agreement, by=by, reason="Line ended"):
        addition.save()


def remove_line(addition: Addition, *, by: User | None) -> None:
    """Take back a line that was never billed. Raises Refused."""
    with _agreed(addition.agreement, by=by, reason="Line taken back"):
        # Looked at inside: an invoice may be issued while somebody reads the question.
        if not is_removable(addition, issued_until(addition.agreement)):
            raise Refused("It has been billed: end it instead.")
        if Addition.objects.filter(pk=addition.pk, late_fee__isnull=False).exists():
            raise Refused("It is a late fee that was decided on: end it instead.")
        addition.delete()


def save_part(
    row: Discount | Allowance | PrepaidBlock, agreement: Agreement, *, by: User | None
) -> None:
    """Add or change a discount or prepaid hours. Raises Refused."""
    with _agreed(agreement, by=by, reason=type(row).__name__):
        row.save()


def end_part(
    row: Discount | Allowance, agreement: Agreement, *, last_day: date, by: User | None
) -> None:
    """Let a discount or an allowance hold for the last time on ``last_day``. Raises Refused."""
    row.end = last_day + timedelta(days=1)
    with _agreed(agreement, by=by, reason=f"{type(row).__name__} ended"):
        row.save()


def remove_part(
    row: Discount | Allowance | PrepaidBlock, agreement: Agreement, *, by: User | None
) -> None:
    """Take a discount or prepaid hours back. Raises Refused."""
    with _agreed(agreement, by=by, reason=f"{type(row).__name__} taken back"):
        row.delete()


def renew_due(*, today: date, by: User | None = None) -> list[Agreement]:
    """Renew what ends today, or ended lately, and nobody ended; returns those renewed.

    Giving notice is ending it. For the timer of every night: one that was missed is made up for
    within a month. One that cannot be renewed stops no other.
    """
    due = Agreement.objects.exclude(renewal=Renewal.NONE).filter(
        end__lte=today + timedelta(days=1), end__gt=today - timedelta(days=31)
    )
    renewed: list[Any] = []
    for row in due.order_by("end", "id"):
        try:
            renew(row, by=by)
        except Refused as problem:
            log.warning("%s of %s was not renewed: %s", row.title, row.company_id, problem)
        else:
            renewed.append(row)
    return renewed


def first_day_without_price(agreement_id: uuid.UUID) -> list[str]:
    """Return the lines of an agreement that have no price on their first day, in words."""
    from treasury.invoices.assembly import agreement_of
    from treasury.invoices.loading import loaded

    (row,) = loaded(Agreement.objects.filter(pk=agreement_id))
    return [
        f"{each.description} has no price in {row.currency}."
        for each in agreement_of(row).additions
        if not _has_price(each)
    ]


def _has_price(addition: Any) -> bool:
    from treasury.billing_rules.agreement import Hours
    from treasury.billing_rules.pricing import NoPrice, tariff_on

    day = addition.active.start
    if isinstance(addition.source, Hours):
        return any(rate.start <= day for rate in addition.source.rates)
    try:
        tariff_on(addition.tariffs, day)
    except NoPrice:
        return False
    return True
