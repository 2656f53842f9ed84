"""Which other line of a company bills the same thing on the same days, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from treasury.agreements.models import Addition
from treasury.billing_rules.agreement import Kind
from treasury.catalogue.quantities import Source


def clash(lines: Sequence[Addition], *, instead_of: Addition | None = None) -> str | None:
    """Return why ``lines`` of one company cannot be there, naming the line in the way; one query.

    ``instead_of`` is a line that makes room for them. The database refuses the same by the
    constraints ``addition_product_once`` and ``addition_counts_once``, which cannot say with what.
    """
    if not lines:
        return None
    own = [each.pk for each in lines] + ([instead_of.pk] if instead_of else [])
    others = (
        Addition.objects.filter(company_id=lines[0].company_id)
        .exclude(pk__in=own)
        .select_related("agreement", "product")
        .order_by("start", "pk")
    )
    for other in others:
        for line in lines:
            if _overlap(line, other) and (_same_product(line, other) or _same_count(line, other)):
                return _words(other, same_product=_same_product(line, other))
    return None


def _overlap(one: Addition, other: Addition) -> bool:
    return one.start < (other.end or date.max) and other.start < (one.end or date.max)


def _same_product(one: Addition, other: Addition) -> bool:
    once = Kind.ONE_OFF.value not in (one.kind, other.kind)
    return once and one.product_id == other.product_id


def _same_count(one: Addition, other: Addition) -> bool:
    counted = one.source != Source.FIXED
    return counted and (one.source, one.counts) == (other.source, other.counts)


def _words(other: Addition, *, same_product: bool) -> str:
    days = f"from {other.start:%-d %b %Y}"
    if last := other.last_day:
        days += f" to {last:%-d %b %Y}"
    what = "The company has this product already" if same_product else "These are counted already"
    return f"{what}: {other} of the agreement {other.agreement.title}, {days}. End that line first."
