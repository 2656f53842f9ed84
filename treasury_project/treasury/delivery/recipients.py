"""Whom an invoice is sent to, before anybody says otherwise."""

from __future__ import annotations

import uuid

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.clients.models import ClientTerms


def invoice_emails(caller: Caller, company_id: uuid.UUID) -> list[str]:
    """Return the addresses for invoices: the client's terms, else Nexus's billing contact.

    Nobody, if neither is known just now.
    """
    terms = ClientTerms.objects.filter(company_id=company_id).first()
    if terms is not None and terms.invoice_emails:
        return list(terms.invoice_emails)
    try:
        company = directory.companies_by_id(caller, [company_id]).get(company_id, {})
        billing = company.get("billing_contact")
        people = directory.iter_contacts(caller, company=str(company_id)) if billing else ()
        found = [person for person in people if person["id"] == billing]
    except (NexusUnavailable, NexusRefused):
        return []
    return [str(address) for person in found for address in person["emails"][:1]]
