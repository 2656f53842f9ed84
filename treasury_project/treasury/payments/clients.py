"""What clients are called on pages about money: as on the last document issued to them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.agreements.models import Agreement
from treasury.invoices.models import Invoice

Names = dict[uuid.UUID, str]


def names_of(ids: Iterable[uuid.UUID]) -> Names:
    """Return the names on the last documents, for those companies that have any. One query."""
    rows = (
        Invoice.objects.filter(company_id__in=set(ids), client__isnull=False)
        .order_by("company_id", "-period_start", "-id")
        .distinct("company_id")
    )
    return {pk: name or "" for pk, name in rows.values_list("company_id", "client__name")}


def billed_clients(caller: Caller) -> Names:
    """Return every company with an agreement, by name.

    Nexus is asked for those that have no invoice yet; without it they are left out.
    """
    ids = set(Agreement.objects.values_list("company_id", flat=True))
    return dict(sorted(_named(caller, ids).items(), key=lambda each: each[1].casefold()))


def client_name(caller: Caller, company_id: uuid.UUID) -> str:
    """Return the company's name, or "" when nobody knows it just now."""
    return _named(caller, {company_id}).get(company_id, "")


def _named(caller: Caller, ids: set[uuid.UUID]) -> Names:
    found = names_of(ids)
    if missing := ids - set(found):
        try:
            known = directory.companies_by_id(caller, missing)
        except (NexusUnavailable, NexusRefused):
            known = {}
        found |= {pk: str(row["name"]) for pk, row in known.items()}
    return found
