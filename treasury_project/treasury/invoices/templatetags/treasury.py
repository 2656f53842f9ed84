"""``{% load treasury %}``: amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from treasury.billing_rules.money import Money

register = template.Library()


@register.filter
def money(amount: Decimal | str, currency: str) -> str:
    """Return 1234.5, a number or as it is kept in JSON, as "1,234.50 EUR"."""
    value = Money(Decimal(amount), currency)
    return f"{value.amount:,} {value.currency}".replace("-", "−")
