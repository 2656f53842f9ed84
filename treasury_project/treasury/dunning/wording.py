"""What a reminder says. Pure Python; amounts and days are the only things that vary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from treasury.billing_rules.money import Money

OPENINGS = (
    "perhaps our invoice has escaped your notice: it is still open in our books.",
    "we have reminded you of this invoice before, and it is still open.",
    "in spite of our reminders this invoice is still open.",
)
LAST = "This is our last reminder. Please pay within seven days, or talk to us."

DISREGARD = "If you have paid meanwhile, please disregard this."


@dataclass(frozen=True, slots=True)
class Reminder:
    """The reminder of ``stage``, counted from 1; ``last`` is the last one of the policy."""

    client: str
    label: str
    amount: Money
    issued_on: date | None
    due_on: date | None
    stage: int
    last: bool
    seller: str
    iban: str

    def text(self) -> str:
        """Return it as it is mailed."""
        label, iban = self.label, self.iban
        paragraphs = [
            f"Dear {self.client}," if self.client else "Good day,",
            OPENINGS[min(self.stage, len(OPENINGS)) - 1],
            "\n".join(
                (
                    f"Invoice: {label} of {_day(self.issued_on)}",
                    f"Due: {_day(self.due_on)}",
                    f"Open: {self.amount}",
                )
            ),
            f"Please transfer it to {iban}, naming {label}." if iban else f"Please name {label}.",
        ]
        if self.last and self.stage > 1:
            paragraphs.append(LAST)
        paragraphs += [DISREGARD, f"Kind regards\n{self.seller}"]
        return "\n\n".join(paragraphs)


def _day(value: date | None) -> str:
    return f"{value.day} {value:%b %Y}" if value else "–"
