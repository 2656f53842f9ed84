"""The one row about the business that sends the invoices."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from treasury.billing_rules.taxes import RoundTax
from treasury.catalogue.models import CURRENCY
from treasury.taxes.models import REGION

COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", "Use a colour such as #1f6feb.")


def _reminder_days() -> list[int]:
    return [7, 21, 35]


class Seller(models.Model):
    """Who we are on invoices, and our policies. There is exactly one row, with the id 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    street2 = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="IE", help_text="ISO 3166: IE, DE, US.")
    tax_id = models.CharField("VAT or tax id", max_length=40, blank=True)
    registration = models.CharField("company registration", max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    peppol_id = models.CharField("Peppol id", max_length=60, blank=True)
    logo = models.BinaryField(null=True, blank=True)  # PNG or JPEG, small
    accent = models.CharField("accent colour", max_length=7, default="#1f6feb", validators=[COLOUR])
    footer = models.CharField("line at the foot of invoices", max_length=500, blank=True)
    currency = models.CharField(max_length=3, default="EUR", validators=[CURRENCY])
    tax_region = models.CharField(max_length=13, default="IE", validators=[REGION])
    tax_rounding = models.CharField(
        max_length=12,
        choices=[(each.value, each.value.replace("_", " ").capitalize()) for each in RoundTax],
        default=RoundTax.PER_INVOICE.value,
    )
    hour_cost = models.DecimalField(
        "what an hour of work costs us", max_digits=10, decimal_places=2, default=Decimal(0)
    )
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=_reminder_days,
        blank=True,
        help_text="Days after the due date on which a reminder is suggested.",
    )
    late_percent = models.DecimalField(
        "late interest a year, percent", max_digits=6, decimal_places=3, default=Decimal(0)
    )
    late_flat = models.DecimalField("late fee", max_digits=10, decimal_places=2, default=Decimal(0))
    late_grace_days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="seller_is_one"),
            models.CheckConstraint(
                condition=Q(hour_cost__gte=0, late_percent__gte=0, late_flat__gte=0),
                name="seller_not_negative",
                violation_error_message="Costs and fees are not negative.",
            ),
        )

    def __str__(self) -> str:
        return self.name
