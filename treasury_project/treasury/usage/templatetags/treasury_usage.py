"""``{% load treasury_usage %}``: quantities and times as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def plain(value: Decimal) -> str:
    """Return 45.500000 as "45.5", and 45 as "45"."""
    return f"{value.normalize():,f}"


@register.filter
def hours(minutes: int) -> str:
    """Return 90 as "1:30"."""
    return f"{minutes // 60}:{minutes % 60:02}"
