"""Whom invoices are sent to, before anybody says otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.clients.models import ClientTerms
from treasury.delivery.models import Kind
from treasury.invoices.models import Invoice

FEW = 3  # companies whose people are asked for one by one; for more all people are read at once

Addresses = dict[uuid.UUID, list[str]]


def addresses_of(caller: Caller, invoice: Invoice) -> list[str]:
    """Return to whom ``invoice`` went before, else to whom its company wants invoices sent."""
    last = invoice.deliveries.filter(kind=Kind.INVOICE).order_by("-created_at").first()
    if last is not None:
        return list(last.to)
    return invoice_emails(caller, [invoice.company_id])[invoice.company_id]


def invoice_emails(caller: Caller, company_ids: Iterable[uuid.UUID]) -> Addresses:
    """Return for each company its addresses for invoices: its terms', else its billing contact's.

    Nobody (an empty list), if neither is known just now.
    """
    found: Addresses = {each: [] for each in company_ids}
    for terms in ClientTerms.objects.filter(company_id__in=found):
        found[terms.company_id] = list(terms.invoice_emails)
    unknown = [company for company, addresses in found.items() if not addresses]
    try:
        return found | _billing_contacts(caller, unknown)
    except (NexusUnavailable, NexusRefused):
        return found


def _billing_contacts(caller: Caller, companies: list[uuid.UUID]) -> Addresses:
    if not companies:
        return {}
    rows = directory.companies_by_id(caller, companies)
    billing = {
        str(row["billing_contact"]): company
        for company, row in rows.items()
        if row.get("billing_contact")
    }
    return {
        billing[person["id"]]: [str(address) for address in person["emails"][:1]]
        for person in _people(caller, list(billing.values()))
        if person["id"] in billing
    }


def _people(caller: Caller, companies: list[uuid.UUID]) -> Iterator[directory.Row]:
    if len(companies) > FEW:
        yield from directory.iter_contacts(caller)
        return
    for company in companies:
        yield from directory.iter_contacts(caller, company=str(company))
