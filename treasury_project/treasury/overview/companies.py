"""Which clients a list shows, in which order: by name as Nexus knows them, or by what they owe."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Q, Sum

from hm_auth import directory
from hm_auth.answers import Caller
from treasury.invoices.models import Invoice

SIZE = 50
FIELDS = "id,name,account_number,status"
_SIGNER = Signer(salt="treasury.clients")


@dataclass(slots=True)
class Clients:
    """A page of clients as Nexus's rows; ``next`` is the cursor of the next page."""

    rows: list[Mapping[str, Any]]
    next: str | None


def by_name(caller: Caller, *, search: str, after: str) -> Clients:
    """Return a page in the order of names. Raises NexusRefused, NexusUnavailable."""
    filters = {"ordering": "name", "limit": str(SIZE), "fields": FIELDS}
    if search:
        filters["search"] = search
    if after:
        filters["cursor"] = after
    answer = directory.companies(caller, **filters).data
    following = directory.next_filters(answer["next"] or "").get("cursor")
    return Clients(list(answer["results"]), following)


def by_debt(caller: Caller, *, today: date, overdue: bool, currency: str, after: str) -> Clients:
    """Return a page, who owes most first; one query and one question to Nexus."""
    due = Q(due_on__lt=today) if overdue else Q()
    found = (
        Invoice.objects.filter(due, open__gt=0, currency=currency)
        .values("company_id")
        .annotate(owed=Sum("open"))
        .order_by("-owed", "-company_id")
    )
    if place := _place(after):
        amount, company = place
        found = found.filter(Q(owed__lt=amount) | Q(owed=amount, company_id__lt=company))
    rows = list(found[: SIZE + 1])
    names = directory.companies_by_id(caller, [row["company_id"] for row in rows[:SIZE]])
    unknown = {"name": "Unknown to Nexus", "account_number": "", "status": ""}
    shown = [
        names.get(row["company_id"], {"id": str(row["company_id"]), **unknown})
        for row in rows[:SIZE]
    ]
    following = None
    if len(rows) > SIZE:
        last = rows[SIZE - 1]
        following = _SIGNER.sign_object([str(last["owed"]), str(last["company_id"])])
    return Clients(shown, following)


def _place(after: str) -> tuple[Decimal, uuid.UUID] | None:
    if not after:
        return None
    try:
        amount, company = _SIGNER.unsign_object(after)
    except (BadSignature, ValueError):
        return None
    return Decimal(amount), uuid.UUID(company)
