"""Agreements with companies, and their additions: what is billed, how counted, for which days."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from treasury.billing_rules.agreement import Kind, Proration, Timing
from treasury.catalogue.models import CURRENCY, Product
from treasury.usage.models import Days, DeviceKind


class Agreement(models.Model):
    """What was agreed with a company in Nexus; ``end`` is the first day it no longer holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company", db_index=True)
    title = models.CharField("plan", max_length=200)
    start = models.DateField()
    end = models.DateField(null=True, blank=True)
    cadence_months = models.PositiveSmallIntegerField(
        choices=[(1, "Monthly"), (3, "Quarterly"), (12, "Yearly")], default=1
    )
    timing = models.CharField(
        max_length=10,
        choices=[(each.value, f"In {each.value}") for each in Timing],
        default=Timing.ADVANCE.value,
    )
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    payment_days = models.PositiveSmallIntegerField(default=30)
    po_number = models.CharField("PO number", max_length=60, blank=True)
    proration = models.CharField(
        max_length=10,
        choices=[(each.value, each.value.replace("_", " ").capitalize()) for each in Proration],
        default=Proration.BY_DAYS.value,
    )
    minimum = models.DecimalField(
        "minimum charge", max_digits=14, decimal_places=3, null=True, blank=True
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="agreement_days",
                violation_error_message="The end must come after the start.",
            ),
            models.CheckConstraint(
                condition=Q(cadence_months__in=[1, 3, 12]),
                name="agreement_cadence",
                violation_error_message="An agreement is billed every 1, 3 or 12 months.",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(minimum__gte=0),
                name="agreement_minimum_not_negative",
                violation_error_message="A minimum charge is not negative.",
            ),
            models.CheckConstraint(
                condition=Q(timing__in=[each.value for each in Timing]), name="agreement_timing"
            ),
            models.CheckConstraint(
                condition=Q(proration__in=[each.value for each in Proration]),
                name="agreement_proration",
            ),
            # What the two-column foreign keys of additions and invoices refer to.
            models.UniqueConstraint(fields=["id", "company_id"], name="agreement_of_company"),
        )

    def __str__(self) -> str:
        return self.title


class Source(models.TextChoices):
    """Where the quantity of an addition comes from."""

    FIXED = "fixed", "Fixed quantity"
    COUNTED = "counted", "Devices of a kind"


class Addition(models.Model):
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
        choices=[(each.value, each.value.replace("_", "-").capitalize()) for each in Kind],
        default=Kind.RECURRING.value,
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.FIXED)
    counted_kind = models.CharField(max_length=20, choices=DeviceKind, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    included = models.DecimalField(max_digits=14, decimal_places=4, default=Decimal(0))
    override_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="addition_days",
                violation_error_message="The last day must come after the first.",
            ),
            models.CheckConstraint(
                condition=Q(
                    source="fixed",
                    quantity__isnull=False,  # a comparison with NULL would pass a check
                    quantity__gte=0,
                    counted_kind="",
                )
                | Q(source="counted", quantity__isnull=True, counted_kind__in=DeviceKind.values),
                name="addition_quantity_or_kind",
                violation_error_message="Give a fixed quantity, or the kind of device to count.",
            ),
            models.CheckConstraint(
                condition=Q(included__gte=0)
                & (Q(override_price__isnull=True) | Q(override_price__gte=0)),
                name="addition_not_negative",
                violation_error_message="Included units and prices are not negative.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="addition_kind"
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
                    ("counted_kind", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                condition=Q(source="counted"),
                violation_error_message="These devices are counted already on these days.",
            ),
        )

    def __str__(self) -> str:
        return self.description or str(self.product)
