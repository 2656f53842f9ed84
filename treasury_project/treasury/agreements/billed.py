"""How far an agreement is billed, and which of its lines are."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from treasury.agreements.models import Addition, Agreement


def issued_until(agreement: Agreement) -> date | None:
    """Return the end of the last issued period of ``agreement``."""
    issued = agreement.invoices.exclude(status="draft")
    end: date | None = issued.aggregate(end=Max("period_end"))["end"]
    return end


def is_billed(addition: Addition) -> bool:
    """Tell whether an issued invoice may have a line of ``addition``."""
    until = issued_until(addition.agreement)
    return until is not None and until > addition.start


def is_removable(addition: Addition, issued_until: date | None) -> bool:
    """Tell whether a line can be taken back: nothing was billed of it, or it never will be.

    ``issued_until`` is the end of the last issued period of its agreement. A line that begins
    after its agreement has ended bills nothing, and is in the way of the next agreement.
    """
    end = addition.agreement.end
    after = end is not None and addition.start >= end
    return after or issued_until is None or issued_until <= addition.start
