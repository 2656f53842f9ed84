"""Where the quantity of a line comes from: shared by the items of plans and the additions."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from treasury.usage.models import DeviceKind, Meter, RateClass


class Source(models.TextChoices):
    """Where the quantity comes from; what exactly is counted stands in ``counts``."""

    FIXED = "fixed", "Fixed quantity"
    DEVICES = "devices", "Devices of a kind"
    CONTACTS = "contacts", "Billable contacts"
    METER = "meter", "Metered usage"
    HOURS = "hours", "Hours worked"


CONTACT = "contact"  # what ``counts`` says for the source CONTACTS
COUNTABLE: dict[str, list[str]] = {
    Source.FIXED: [""],
    Source.DEVICES: DeviceKind.values,
    Source.CONTACTS: [CONTACT],
    Source.METER: Meter.values,
    Source.HOURS: RateClass.values,
}
COUNTS = [
    *DeviceKind.choices,
    (CONTACT, "Contact"),
    *Meter.choices,
    *RateClass.choices,
]


class Quantity(models.Model):
    """Where the quantity of a line comes from. ``included`` units a day cost nothing."""

    source = models.CharField(max_length=10, choices=Source, default=Source.FIXED)
    counts = models.CharField(max_length=20, choices=COUNTS, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    included = models.DecimalField(max_digits=14, decimal_places=4, default=Decimal(0))
    increment = models.PositiveSmallIntegerField(
        "round work up to minutes",
        default=1,
        help_text="15: each entry counts quarters of an hour.",
    )

    class Meta:
        abstract = True


def quantity_constraints(table: str) -> list[models.CheckConstraint]:
    """Return what holds for the quantity of every row of ``table``."""
    sources = Q(source=Source.FIXED, counts="", quantity__isnull=False, quantity__gte=0)
    for source, countable in COUNTABLE.items():
        if source != Source.FIXED:
            sources |= Q(source=source, counts__in=countable, quantity__isnull=True)
    return [
        models.CheckConstraint(
            condition=sources,
            name=f"{table}_quantity_or_counts",
            violation_error_message="Give a fixed quantity, or say what is counted.",
        ),
        models.CheckConstraint(
            condition=Q(included__gte=0, increment__gte=1),
            name=f"{table}_included",
            violation_error_message="Included units are not negative, steps are a minute or more.",
        ),
    ]
