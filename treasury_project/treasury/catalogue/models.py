"""Products, and what a unit of each costs from a day on."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use the three capital letters of ISO 4217, such as EUR.")


class Product(models.Model):
    """Something that is sold. ``unit`` and ``units`` are what an explanation calls it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sku = models.CharField("SKU", max_length=40, unique=True)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=60, blank=True, help_text="One of it: workstation.")
    units = models.CharField(max_length=60, blank=True, help_text="Several: workstations.")
    tax_category = models.CharField(max_length=40, default="standard")
    income_account = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(unit="", units="") | (~Q(unit="") & ~Q(units="")),
                name="product_unit_and_plural",
                violation_error_message="Give the unit and its plural, or neither for a flat fee.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ProductPrice(models.Model):
    """The list price of a unit from ``start`` on, until a later one starts.

    A new price never changes what an earlier day costs: rows are added, not edited.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    unit_price = models.DecimalField(max_digits=14, decimal_places=6)
    start = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["product", "currency", "start"],
                name="price_once_a_day",
                violation_error_message="There is a price of this product from that day.",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="price_not_negative",
                violation_error_message="A price is not negative.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit_price} {self.currency} from {self.start}"
