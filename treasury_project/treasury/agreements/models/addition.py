"""Additions, the lines of an agreement: what is billed, how counted, for which days."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from treasury.agreements.models.agreement import PRORATIONS, Agreement
from treasury.billing_rules.agreement import Kind
from treasury.billing_rules.pricing import Scheme
from treasury.catalogue.models import Product
from treasury.catalogue.quantities import Quantity, Source, quantity_constraints
from treasury.usage.days import Days

KINDS = [(each.value, each.value.replace("_", "-").capitalize()) for each in Kind]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Addition(Quantity):
    """A line of an agreement. ``company_id`` repeats the agreement's: constraints need it here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="additions")
    company_id = models.UUIDField("company", editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="additions")
    description = models.CharField(max_length=200, blank=True, help_text="Else the product's name.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Its place on the invoice.")
    start = models.DateField("effective")
    end = models.DateField("cancelled", null=True, blank=True)
    kind = models.CharField(
        max_length=10,
        choices=KINDS,
        default=Kind.RECURRING.value,
    )
    override_price = models.DecimalField(
        "agreed price",
        max_digits=14,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="0 is a price; leave it empty for the plan's or the list's.",
    )
    scheme = models.CharField(
        "tiers",
        max_length=10,
        choices=[(each.value, each.value.capitalize()) for each in Scheme],
        default=Scheme.GRADUATED.value,
    )
    proration = models.CharField(
        max_length=10, choices=PRORATIONS, blank=True, help_text="Else the agreement's."
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="addition_days",
                violation_error_message="The last day must come after the first.",
            ),
            *quantity_constraints("addition"),
            models.CheckConstraint(
                condition=Q(override_price__isnull=True) | Q(override_price__gte=0),
                name="addition_not_negative",
                violation_error_message="A price is not negative.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="addition_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.RECURRING.value) | ~Q(source__in=["meter", "hours"]),
                name="addition_usage_recurs",
                violation_error_message="Metered usage and hours are billed every period.",
            ),
            # Whatever agreement they belong to: no company pays twice for one thing.
            ExclusionConstraint(
                name="addition_product_once",
                expressions=[
                    ("company_id", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(kind=Kind.ONE_OFF.value),
                violation_error_message="The company has this product already on these days.",
            ),
            ExclusionConstraint(
                name="addition_counts_once",
                expressions=[
                    ("company_id", RangeOperators.EQUAL),
                    ("source", RangeOperators.EQUAL),
                    ("counts", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(source=Source.FIXED),
                violation_error_message="Another line counts these already on these days.",
            ),
        )

    def __str__(self) -> str:
        return self.description or str(self.product)

    @property
    def last_day(self) -> date | None:
        """The last day it is billed; None while it lasts."""
        return self.end - timedelta(days=1) if self.end else None


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Tier(models.Model):
    """The agreed price of the units above a number of them; the first tier is above 0."""

    addition = models.ForeignKey(Addition, on_delete=models.CASCADE, related_name="tiers")
    above = models.DecimalField("more than", max_digits=14, decimal_places=4)
    unit_price = models.DecimalField(max_digits=14, decimal_places=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["addition", "above"],
                name="tier_once",
                violation_error_message="Two tiers begin at the same number.",
            ),
            models.CheckConstraint(
                condition=Q(above__gte=0, unit_price__gte=0),
                name="tier_not_negative",
                violation_error_message="Neither numbers nor prices of tiers are negative.",
            ),
        )

    def __str__(self) -> str:
        return f"above {self.above.normalize():f}: {self.unit_price.normalize():f}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Discount(models.Model):
    """A part of the price that is let off on these days. Several at once add up."""

    addition = models.ForeignKey(Addition, on_delete=models.CASCADE, related_name="discounts")
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    start = models.DateField("from")
    end = models.DateField("until", null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="discount_days",
                violation_error_message="The end must come after the start.",
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="discount_percent",
                violation_error_message="A discount is more than 0 and at most 100 percent.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.percent.normalize():f} % {self.reason}".strip()

    @property
    def last_day(self) -> date | None:
        """The last day it is let off; None without an end."""
        return self.end - timedelta(days=1) if self.end else None
