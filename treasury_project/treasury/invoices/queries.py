"""Reading invoices. ``visible_to`` is the one rule of who sees which."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Func, Q, Value

from hm_auth.access import may
from treasury.amounts import typed_amount

if TYPE_CHECKING:
    from hm_auth.models import User


WORDS = 8  # of a search; more narrow nothing
SMALLEST = Decimal("0.001")  # that a column of amounts holds


class InvoiceQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: User) -> Self:
        """All for billing; for a client the issued ones of their own company; else none."""
        if may(reader, "invoices.internal"):
            return self.all()
        if not may(reader, "invoices.view") or reader.company_id is None:
            return self.none()
        return self.exclude(status="draft").filter(company_id=reader.company_id)

    def overdue(self, today: date, wanted: bool = True) -> Self:
        """Invoices that are not paid in full after their due day; or all others."""
        late = Q(kind="invoice", open__gt=0, due_on__lt=today)
        return self.filter(late) if wanted else self.exclude(late)

    def search(self, text: str, companies: Collection[uuid.UUID] = ()) -> Self:
        """Invoices in whose number, order, client's name and account every word of ``text`` occurs.

        The client is the one they were issued to; ``companies`` are those who are called so today,
        and all of theirs are found. An amount finds what comes to it, or has it still open. Accents
        and case make no difference; a word of one or two characters begins a word, so that 12 finds
        INV-00012 and an index always serves.
        """
        words = text.split()[:WORDS]
        if not words:
            return self
        found = Q(*(Q(_Matches(word)) for word in words))
        if companies:
            found |= Q(company_id__in=companies)
        return self.filter(found | _of_amount(text))


def _of_amount(text: str) -> Q:
    try:
        amount = typed_amount(text)
    except ValueError:
        return Q()
    if not amount or amount % SMALLEST:
        return Q()
    either = (amount, -amount)  # credit notes are negative
    return Q(gross__in=either) | Q(open__in=either)


class _Matches(Func):
    """The text of an invoice is LIKE ``word``: migration 0009 has both functions and the index."""

    template = "(%(expressions)s)"
    arg_joiner = " LIKE "
    output_field = models.BooleanField()

    def __init__(self, word: str) -> None:
        columns = [F(name) for name in ("series_id", "number", "po_number", "client")]
        text = models.TextField()
        super().__init__(
            Func(*columns, function="invoice_search_text", output_field=text),
            Func(Value(word), function="invoice_search_pattern", output_field=text),
        )
