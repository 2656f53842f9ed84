"""``{% load treasury %}``: amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from treasury.billing_rules.money import Money

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Return 1234.5 as "1,234.50 EUR", with the places of the currency."""
    value = Money(amount, currency)
    return f"{value.amount:,} {value.currency}".replace("-", "−")
