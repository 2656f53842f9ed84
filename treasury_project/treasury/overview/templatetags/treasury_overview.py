"""``{% load treasury_overview %}``: sums of several currencies, times, and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from treasury.billing_rules.money import Money
from treasury.usage.templatetags.treasury_usage import hours

register = template.Library()
register.filter("hours", hours)

WIDTH, HEIGHT = 600, 160  # of the drawing


@register.filter
def sums(amounts: Sequence[Money]) -> str:
    """Return the amounts of several currencies side by side; nothing is a dash."""
    words = [f"{each.amount:,} {each.currency}".replace("-", "−") for each in amounts if each]
    return " + ".join(words) or "–"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, in the units of the drawing."""

    x: int
    y: int
    width: int
    height: int
    label: str
    value: str


@register.inclusion_tag("treasury/overview/parts/bars.html")
def bars(points: Sequence[tuple[date, Money]], title: str, ident: str) -> dict[str, Any]:
    """Draw a bar for each month. Below it stands the same as a table, for who cannot see it.

    An SVG of our own and not a chart library's: those write ``style`` attributes and scripts, which
    the Content-Security-Policy refuses, and know nothing of light and dark.
    """
    most = max((value.amount for _, value in points), default=Decimal(0))
    place = WIDTH // max(len(points), 1)
    drawn = []
    for number, (month, value) in enumerate(points):
        height = int(HEIGHT * max(value.amount, Decimal(0)) / most) if most > 0 else 0
        drawn.append(
            Bar(
                x=place * number + place // 8,
                y=HEIGHT - height,
                width=place - place // 4,
                height=height,
                label=f"{month:%b}",
                value=f"{value.amount:,} {value.currency}",
            )
        )
    return {"bars": drawn, "title": title, "ident": ident, "points": points}
