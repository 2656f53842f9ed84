"""Amounts and prices as text, with the places that their currency has."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from treasury.billing_rules.money import Money, places

AMOUNT = {"type": "string", "format": "decimal", "example": "110.70"}


@extend_schema_field(AMOUNT)
class MoneyField(serializers.DecimalField):
    """An amount of a row; ``currency`` is the way from the row to its currency."""

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        super().__init__(**{"max_digits": 14, "decimal_places": 3, **options})
        self.currency = currency

    def get_attribute(self, instance: Any) -> Any:
        value = super().get_attribute(instance)
        return None if value is None else self.text(value, attrgetter(self.currency)(instance))

    def text(self, value: Decimal, currency: str) -> str:
        """Return ``value`` as it is shown."""
        return str(Money(value, currency).amount)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(AMOUNT)
class PriceField(MoneyField):
    """The price of one unit: as many places as it was given, but at least the currency's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"decimal_places": 6, "min_value": Decimal(0), **options})

    def text(self, value: Decimal, currency: str) -> str:
        exponent = value.normalize().as_tuple().exponent
        needed = max(places(currency), -exponent if isinstance(exponent, int) else 0)
        return f"{value:.{needed}f}"


class MoneyValue(serializers.Field):  # type: ignore[type-arg]
    """``Money`` of a rule or report as its amount."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"read_only": True, **options})

    def to_representation(self, value: Money) -> str:
        return str(value.amount)


extend_schema_field(AMOUNT)(MoneyValue)
