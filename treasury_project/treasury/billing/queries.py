"""Drafts with what the client paid the time before, and who should have an agreement."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce

from treasury.agreements.models import Agreement
from treasury.billing.rules import JUMP, compare, jumped
from treasury.billing_rules import stored
from treasury.billing_rules.lines import Line
from treasury.invoices.models import BillingRun, Invoice, InvoiceLine, Kind, RunState, Status
from treasury.usage.models import Device

_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=3)


def drafts() -> QuerySet[Any]:
    """Return drafts with ``before`` (net of the last invoice, or None), ``change`` and ``size``.

    ``flagged`` are those with a warning, those whose amount jumped, and those of a client who
    ``is_gone``: archived in Nexus.
    """
    earlier = Invoice.objects.filter(
        agreement=OuterRef("agreement"),
        kind=Kind.INVOICE,
        period_start__lt=OuterRef("period_start"),
    ).order_by("-period_start")
    nothing = Value(Decimal(0), output_field=_MONEY)
    rows = Invoice.objects.filter(status=Status.DRAFT).select_related("agreement")
    rows = rows.annotate(
        before=Subquery(earlier.values("net")[:1]), before_id=Subquery(earlier.values("pk")[:1])
    )
    rows = rows.annotate(change=F("net") - Coalesce("before", nothing))
    rows = rows.annotate(size=Abs("change", output_field=_MONEY))
    jumped = Q(before__isnull=False, size__gt=Abs(F("before")) * JUMP / 100) & ~Q(before=0)
    archived = Q(company_id__in=gone())
    return rows.annotate(
        is_gone=_whether(archived), flagged=_whether(~Q(warnings=[]) | jumped | archived)
    )


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def gone() -> dict[uuid.UUID, uuid.UUID | None]:
    """Return the archived clients the last run found, and the company each was merged into."""
    done = BillingRun.objects.filter(state=RunState.DONE).order_by("-asked_at", "-id")
    found: dict[str, str] = done.values_list("gone", flat=True).first() or {}
    return {uuid.UUID(key): uuid.UUID(into) if into else None for key, into in found.items()}


def lines_by_invoice(pks: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Line]]:
    """Return the lines of these invoices as the rules made them; one query."""
    found: dict[uuid.UUID, list[Line]] = defaultdict(list)
    rows = InvoiceLine.objects.filter(invoice__in=pks).order_by("invoice", "position")
    for pk, explanation in rows.values_list("invoice", "explanation"):
        found[pk].append(stored.from_json(explanation))
    return found


def explain(rows: Sequence[Any]) -> None:
    """Give each of ``drafts`` its ``causes`` and whether it ``jumped``; one query for all lines."""
    before = [row.before_id for row in rows if row.before_id]
    lines = lines_by_invoice([*(row.pk for row in rows), *before])
    for row in rows:
        then = lines.get(row.before_id, []) if row.before_id else []
        row.causes = compare(then, lines.get(row.pk, []), row.currency) if row.before_id else []
        row.jumped = jumped(row.before, row.net)


def without_agreement(today: date) -> list[uuid.UUID]:
    """Return companies that have billed devices today, and no agreement that runs; at most 100."""
    running = Agreement.objects.filter(
        Q(end__isnull=True) | Q(end__gt=today), start__lte=today, company_id=OuterRef("company_id")
    )
    found = Device.objects.on(today).exclude(treatment="free").filter(~Exists(running))
    return list(found.order_by("company_id").values_list("company_id", flat=True).distinct()[:100])
