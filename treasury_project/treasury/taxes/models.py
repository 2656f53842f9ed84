"""Tax rates by category and region, each for its days."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from treasury.usage.days import Days

REGION = RegexValidator(
    r"^[A-Z]{2}(-[A-Z0-9]{1,10})?$", "Use a country, or a country and its part: IE, US-CA."
)


class TaxCategory(models.TextChoices):
    """What kind of thing a product is, as far as taxes go."""

    STANDARD = "standard", "Standard rate"
    REDUCED = "reduced", "Reduced rate"
    LOW = "low", "Second reduced rate"
    ZERO = "zero", "Zero rate"


class TaxRate(models.Model):
    """``percent`` of the net amount, owed in ``region`` for ``category``; 0 percent is a rate.

    Several taxes on one line have several names. ``end`` is the first day it is no longer owed.
    """

    name = models.CharField(max_length=60, help_text="As the invoice calls it: VAT, City tax.")
    category = models.CharField(max_length=40, choices=TaxCategory, default=TaxCategory.STANDARD)
    region = models.CharField(max_length=13, validators=[REGION])
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    start = models.DateField("from")
    end = models.DateField("until", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="tax_rate_days",
                violation_error_message="The end must come after the start.",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100),
                name="tax_rate_percent",
                violation_error_message="A tax is 0 to 100 percent.",
            ),
            models.CheckConstraint(
                condition=Q(category__in=TaxCategory.values), name="tax_rate_category"
            ),
            ExclusionConstraint(
                name="tax_rate_once_at_a_time",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This tax has another rate on some of these days.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.percent.normalize():f} %"
