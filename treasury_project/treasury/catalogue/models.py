"""Products and plans, and what a unit of each costs from a day on."""

from __future__ import annotations

import uuid

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from treasury.catalogue.quantities import Quantity, quantity_constraints
from treasury.taxes.models import TaxCategory

CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use the three capital letters of ISO 4217, such as EUR.")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Product(models.Model):
    """Something that is sold. ``unit`` and ``units`` are what an explanation calls it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sku = models.CharField("SKU", max_length=40, unique=True)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=60, blank=True, help_text="One of it: workstation.")
    units = models.CharField(max_length=60, blank=True, help_text="Several: workstations.")
    tax_category = models.CharField(
        max_length=40, choices=TaxCategory, default=TaxCategory.STANDARD
    )
    income_account = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("on sale", default=True)

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


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
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
        return f"{self.unit_price.normalize():f} {self.currency} from {self.start:%-d %b %Y}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class ProductCost(models.Model):
    """What a unit costs us from ``start`` on, for the profit per client; never on an invoice."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="costs")
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    unit_cost = models.DecimalField(max_digits=14, decimal_places=6)
    start = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["product", "currency", "start"],
                name="cost_once_a_day",
                violation_error_message="There is a cost of this product from that day.",
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__gte=0),
                name="cost_not_negative",
                violation_error_message="A cost is not negative.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit_cost.normalize():f} {self.currency} from {self.start:%-d %b %Y}"


class Term(models.IntegerChoices):
    """How long a client commits, in months."""

    MONTH_TO_MONTH = 1, "Month to month"
    ONE_YEAR = 12, "1 year"
    TWO_YEARS = 24, "2 years"
    THREE_YEARS = 36, "3 years"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Plan(models.Model):
    """A set of products that is sold together, with prices by term."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    is_active = models.BooleanField("on sale", default=True)

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class PlanItem(Quantity):
    """A product of a plan; it becomes an addition of each agreement that takes the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, help_text="Its place on the invoice.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "product"],
                name="plan_item_once",
                violation_error_message="The plan has this product already.",
            ),
            *quantity_constraints("plan_item"),
        )

    def __str__(self) -> str:
        return str(self.product)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class PlanPrice(models.Model):
    """What a unit of ``product`` costs in a plan with a term, from ``start`` on.

    While a plan has prices of a product for the term and currency, they stand in for the list's.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prices")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plan_prices")
    term_months = models.PositiveSmallIntegerField("term", choices=Term)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    unit_price = models.DecimalField(max_digits=14, decimal_places=6)
    start = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "product", "term_months", "currency", "start"],
                name="plan_price_once_a_day",
                violation_error_message="There is a price for this term from that day.",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="plan_price_not_negative",
                violation_error_message="A price is not negative.",
            ),
            models.CheckConstraint(
                condition=Q(term_months__in=Term.values), name="plan_price_term"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit_price.normalize():f} {self.currency} from {self.start:%-d %b %Y}"
