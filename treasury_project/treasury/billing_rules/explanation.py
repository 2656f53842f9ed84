"""A line in words: which facts, which price, which days. Shown in the UI, the API and the PDF."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from treasury.billing_rules.lines import Line, Part
from treasury.billing_rules.money import places
from treasury.billing_rules.pricing import Scheme


def explain(line: Line) -> tuple[str, ...]:
    """Return the sentences that make up ``line``, one for each part, in the order of the days."""
    if not line.parts:
        return (f"{line.description}: not active in this period.",)
    return tuple(_sentence(part, line) for part in sorted(line.parts, key=_in_order))


def _sentence(part: Part, line: Line) -> str:
    words = [f"{number(part.quantity)} × {_price(part, line.amount.currency)}"]
    if part.included:
        words.append(f"{number(part.included)} included in the plan")
    if part.discount:
        words.append(f"less {number(part.discount * 100)} %")
    if part.share != 1:
        words.append(f"{_days(part)}: {part.days.days}/{line.period.days} days")
    if part.tariff is None:
        words.append(f"own price of {', '.join(part.subjects)}")
    return "; ".join(words)


def _price(part: Part, currency: str) -> str:
    if part.unit_price is not None:
        return amount(part.unit_price, currency)
    if part.tariff is None:
        raise ValueError("a part has a unit price or a tariff")
    kind = "tiers" if part.tariff.scheme is Scheme.GRADUATED else "volume price"
    steps = ", ".join(
        f"{amount(tier.unit_price, currency)} above {number(Fraction(tier.above))}"
        for tier in part.tariff.tiers
    )
    return f"{kind} ({steps})"


def _days(part: Part) -> str:
    first = part.days.start
    return f"from {first.day} {first:%b}"


def _in_order(part: Part) -> tuple[object, ...]:
    return (part.days.start, part.tariff is None, part.subjects)


def number(value: Fraction) -> str:
    """Write an exact number without needless places: 12, 1.5, 33.33 (two places at most)."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.2f}"
    return text.rstrip("0").rstrip(".")


def amount(value: Decimal, currency: str) -> str:
    """Write a unit price with at least the places of its currency, and all it has."""
    exponent = value.normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"{value:.{max(own, places(currency))}f}"
