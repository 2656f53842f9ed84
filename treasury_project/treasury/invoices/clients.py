"""Who the companies of invoices are, as Nexus tells today."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.invoices.models import Invoice
from treasury.invoices.operations import Client


def client_today(caller: Caller, company_id: uuid.UUID) -> Client | None:
    """Return the company, or None if Nexus has none. Raises NexusUnavailable, NexusRefused."""
    row = directory.companies_by_id(caller, [company_id]).get(company_id)
    if row is None:
        return None
    names = ("name", "account_number", "legal_name", "tax_id")
    return Client(**{name: str(row.get(name) or "") for name in names})


def name_them(caller: Caller, invoices: Iterable[Invoice]) -> None:
    """Give each invoice its ``client_name``: the one it was issued to, for drafts today's.

    One question to Nexus, and none if all are issued; without Nexus drafts have no name ("").
    """
    rows = list(invoices)
    drafts = {each.company_id for each in rows if each.client is None}
    try:
        known = directory.companies_by_id(caller, drafts) if drafts else {}
    except (NexusUnavailable, NexusRefused):
        known = {}
    for each in rows:
        company = each.client or known.get(each.company_id, {})
        each.client_name = str(company.get("name", ""))  # type: ignore[attr-defined]
