"""What an agreement comes to in its present period, as things stand today. Writes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max

from treasury.agreements.models import Agreement
from treasury.billing_rules.drafting import Draft, draft
from treasury.invoices.assembly import agreement_of
from treasury.invoices.contacts import Contacts
from treasury.invoices.drafts import agreements_of
from treasury.invoices.facts import FactsBook
from treasury.invoices.models import Kind, Status


def preview(agreement: Agreement, today: date, contacts: Contacts | None) -> Draft | None:
    """Return the draft of the period that holds ``today``, corrections left out.

    None while the agreement does not hold. Raises ValueError where the rules cannot bill it.
    """
    rows: list[Any] = agreements_of([agreement.company_id], today)
    row = next((each for each in rows if each.pk == agreement.pk), None)
    if row is None or (row.end is not None and row.end <= today):
        return None
    terms = agreement_of(row)
    facts = FactsBook(rows, contacts, today).facts_for(row, people=contacts is not None)
    issued = agreement.invoices.filter(kind=Kind.INVOICE).exclude(status=Status.DRAFT)
    until = issued.aggregate(until=Max("period_end"))["until"]
    period = terms.period(terms.number_on(today))
    return draft(terms, facts, period, issued_until=until)
