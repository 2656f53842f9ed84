"""Who the companies of invoices are, as Nexus tells today."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.clients.models import ClientTerms
from treasury.invoices.models import Invoice

FEW = 20  # companies; the addresses of more are read with all others


@dataclass(frozen=True, slots=True)
class Client:
    """Who a company is on the day an invoice is issued to it; kept with the invoice for ever."""

    name: str
    account_number: str = ""
    legal_name: str = ""
    tax_id: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    peppol_id: str = ""
    buyer_reference: str = ""


def clients_today(caller: Caller, companies: Collection[uuid.UUID]) -> dict[uuid.UUID, Client]:
    """Return the companies that Nexus knows. Raises NexusUnavailable, NexusRefused."""
    known = directory.companies_by_id(caller, companies)
    places = _places(caller, companies)
    terms = ClientTerms.objects.in_bulk(list(companies))
    return {key: _client(row, places.get(key, {}), terms.get(key)) for key, row in known.items()}


def called(caller: Caller, text: str) -> list[uuid.UUID]:
    """Return the companies that ``text`` finds in Nexus, archived ones too, 500 at most.

    Raises NexusUnavailable and NexusRefused.
    """
    filters = {"search": text, "include_archived": "true", "fields": "id"}
    page = directory.companies(caller, limit=str(directory.LARGEST_PAGE), **filters).data
    return [uuid.UUID(row["id"]) for row in page["results"]]


def gone(caller: Caller, companies: Collection[uuid.UUID]) -> dict[str, str]:
    """Return which companies are archived in Nexus: the one each was merged into, "" for none.

    Raises NexusUnavailable and NexusRefused.
    """
    known = directory.companies_by_id(caller, companies) if companies else {}
    return {
        str(key): str(row.get("merged_into") or "")
        for key, row in known.items()
        if row.get("archived_at")
    }


def _client(row: Mapping[str, Any], place: Mapping[str, Any], terms: ClientTerms | None) -> Client:
    def text(source: Mapping[str, Any], name: str) -> str:
        return str(source.get(name) or "")

    names = ("name", "account_number", "legal_name", "tax_id")
    return Client(
        **{name: text(row, name) for name in names},
        street=text(place, "line1"),
        street2=text(place, "line2"),
        postcode=text(place, "postal_code"),
        city=text(place, "city"),
        region=text(place, "region"),
        country=text(place, "country"),
        peppol_id=terms.peppol_id if terms else "",
        buyer_reference=terms.buyer_reference if terms else "",
    )


def _places(
    caller: Caller, companies: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Mapping[str, Any]]:
    """Return the default address of each company, else any."""
    found: dict[uuid.UUID, Mapping[str, Any]] = {}
    filters: list[dict[str, str]] = [{"company": str(each)} for each in companies]
    for only in filters if len(filters) <= FEW else [{}]:
        for row in directory.iter_locations(caller, **only):
            company = uuid.UUID(row["company"])
            if company not in found or row.get("is_default"):
                found[company] = row
    return found


def name_them(caller: Caller, invoices: Iterable[Invoice]) -> None:
    """Give each invoice its ``client_name``: the one it was issued to, for drafts today's.

    One question to Nexus, and none if all are issued; without Nexus drafts have no name ("").
    """
    rows = list(invoices)
    waiting: dict[uuid.UUID, list[Invoice]] = defaultdict(list)
    for each in rows:
        each.client_name = str((each.client or {}).get("name", ""))  # type: ignore[attr-defined]
        if each.client is None:
            waiting[each.company_id].append(each)
    try:
        known = directory.companies_by_id(caller, waiting) if waiting else {}
    except (NexusUnavailable, NexusRefused):
        known = {}
    for company, row in known.items():
        for each in waiting[company]:
            each.client_name = str(row.get("name", ""))  # type: ignore[attr-defined]
