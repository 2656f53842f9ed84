"""What a reminder says. Pure Python; amounts and days are the only things that vary."""

from __future__ import annotations

from datetime import date

from treasury.billing_rules.money import Money

OPENINGS = (
    "perhaps our invoice has escaped your notice: it is still open in our books.",
    "we have reminded you of this invoice before, and it is still open.",
    "in spite of our reminders this invoice is still open.",
)
LAST = "This is our last reminder. Please pay within seven days, or talk to us."


def reminder(
    *,
    client: str,
    label: str,
    amount: Money,
    issued_on: date | None,
    due_on: date | None,
    stage: int,
    last: bool,
    seller: str,
    iban: str,
) -> str:
    """Return the text of the reminder of ``stage``, counted from 1; ``last`` is the last one."""
    opening = OPENINGS[min(stage, len(OPENINGS)) - 1]
    paragraphs = [
        f"Dear {client}," if client else "Good day,",
        opening,
        f"Invoice: {label} of {_day(issued_on)}\nDue: {_day(due_on)}\nOpen: {amount}",
        f"Please transfer it to {iban}, naming {label}." if iban else f"Please name {label}.",
    ]
    if last and stage > 1:
        paragraphs.append(LAST)
    paragraphs += ["If you have paid meanwhile, please disregard this.", f"Kind regards\n{seller}"]
    return "\n\n".join(paragraphs)


def _day(value: date | None) -> str:
    return f"{value.day} {value:%b %Y}" if value else "–"
