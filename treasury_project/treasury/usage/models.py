"""What companies use: devices, contacts billed in their own way, readings of meters, work."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

from treasury.billing_rules.facts import Treatment
from treasury.usage.days import Days
from treasury.usage.queries import DeviceQuerySet, TimeEntryQuerySet, UsageQuerySet

TREATMENTS = [(each.value, each.value.capitalize()) for each in Treatment]


class DeviceKind(models.TextChoices):
    """What a device is billed as; a key, never a name that somebody compares."""

    WORKSTATION = "workstation", "Workstation"
    SERVER = "server", "Server"
    VM = "vm", "Virtual machine"
    SWITCH = "switch", "Switch"
    FIREWALL = "firewall", "Firewall"


class Meter(models.TextChoices):
    """What is read from time to time."""

    BACKUP = "backup_gb", "Backup storage, GB"


class RateClass(models.TextChoices):
    """What kind of work an hour is, as far as its price goes."""

    STANDARD = "standard", "Standard"
    ONSITE = "onsite", "On site"
    AFTER_HOURS = "after_hours", "After hours"
    PROJECT = "project", "Project"


def own_price_only_if_custom(table: str) -> models.CheckConstraint:
    """Return the constraint that a price of one's own belongs to that treatment, and only there."""
    custom = Q(
        treatment=Treatment.CUSTOM.value,
        custom_price__isnull=False,  # a comparison with NULL would pass a check
        custom_price__gte=0,
    )
    return models.CheckConstraint(
        condition=custom | (~Q(treatment=Treatment.CUSTOM.value) & Q(custom_price__isnull=True)),
        name=f"{table}_price_only_if_custom",
        violation_error_message="A price belongs to the treatment custom, and only there.",
    )


def treatment_known(table: str) -> models.CheckConstraint:
    """Return the constraint that ``treatment`` is one of those there are."""
    return models.CheckConstraint(
        condition=Q(treatment__in=[each.value for each in Treatment]), name=f"{table}_treatment"
    )


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True
)
class Device(models.Model):
    """A device of a company in Nexus; ``end`` is the first day it is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company")
    hostname = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=DeviceKind)
    start = models.DateField("active from")
    end = models.DateField("active until", null=True, blank=True)
    treatment = models.CharField(
        "billed", max_length=10, choices=TREATMENTS, default=Treatment.NORMAL.value
    )
    custom_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(
        max_length=100, blank=True, help_text="What your RMM calls it; it may change its hostname."
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="device_days",
                violation_error_message="The last day must come after the first.",
            ),
            own_price_only_if_custom("device"),
            models.CheckConstraint(condition=Q(kind__in=DeviceKind.values), name="device_kind"),
            treatment_known("device"),
            ExclusionConstraint(
                name="device_once_at_a_time",
                expressions=[
                    ("company_id", RangeOperators.EQUAL),
                    ("hostname", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This device is there already on some of these days.",
            ),
        )

        indexes = (
            models.Index(fields=["hostname", "id"], name="device_by_hostname"),
            models.Index(fields=["company_id", "hostname", "id"], name="device_of_company"),
            GinIndex(OpClass(Upper("hostname"), name="gin_trgm_ops"), name="device_hostname_part"),
        )

    def __str__(self) -> str:
        return self.hostname

    @property
    def last_day(self) -> date | None:
        """The last day it is billed; None while it stays."""
        return self.end - timedelta(days=1) if self.end else None


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True
)
class ContactBilling(models.Model):
    """How a contact of Nexus is billed on these days, where it differs from the others."""

    company_id = models.UUIDField("company")
    contact_id = models.UUIDField("contact")
    start = models.DateField("from")
    end = models.DateField("until", null=True, blank=True)
    treatment = models.CharField(
        "billed", max_length=10, choices=TREATMENTS, default=Treatment.FREE.value
    )
    custom_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects = UsageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="contact_billing_days",
                violation_error_message="The last day must come after the first.",
            ),
            own_price_only_if_custom("contact_billing"),
            treatment_known("contact_billing"),
            ExclusionConstraint(
                name="contact_billing_once_at_a_time",
                expressions=[
                    ("contact_id", RangeOperators.EQUAL),
                    (Days("start", "end"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This contact is billed in another way on these days.",
            ),
        )
        indexes = (models.Index(fields=["company_id", "contact_id"], name="contact_billing_of"),)

    def __str__(self) -> str:
        return f"{self.contact_id} {self.treatment}"

    @property
    def last_day(self) -> date | None:
        """The last day it is so; None without an end."""
        return self.end - timedelta(days=1) if self.end else None


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True
)
class Reading(models.Model):
    """A meter of ``subject`` stood at ``quantity`` from ``day`` until the next reading."""

    company_id = models.UUIDField("company")
    meter = models.CharField(max_length=20, choices=Meter, default=Meter.BACKUP)
    subject = models.CharField(max_length=200, help_text="The device or job that was measured.")
    day = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=4)

    objects = UsageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["company_id", "meter", "subject", "day"],
                name="reading_once_a_day",
                violation_error_message="There is a reading of that day.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="reading_not_negative",
                violation_error_message="A reading is not negative.",
            ),
            models.CheckConstraint(condition=Q(meter__in=Meter.values), name="reading_meter"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.day}: {self.quantity}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True
)
class TimeEntry(models.Model):
    """Work for a company. Once an invoice has it (``invoices.BilledWork``) it stays as it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company")
    day = models.DateField()
    person = models.CharField(max_length=200, help_text="Who did the work.")
    minutes = models.PositiveIntegerField()
    work_type = models.CharField(max_length=60, blank=True, help_text="Support, installation.")
    rate_class = models.CharField(max_length=20, choices=RateClass, default=RateClass.STANDARD)
    billable = models.BooleanField(default=True)
    note = models.CharField(max_length=1000, blank=True)
    ticket = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(
        max_length=100, blank=True, help_text="What the ticket system calls it."
    )

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=24 * 60),
                name="time_entry_minutes",
                violation_error_message="An entry has 1 minute to 24 hours.",
            ),
            models.CheckConstraint(
                condition=Q(rate_class__in=RateClass.values), name="time_entry_rate_class"
            ),
            models.UniqueConstraint(
                fields=["company_id", "external_id"],
                condition=~Q(external_id=""),
                name="time_entry_external_id_once",
                violation_error_message="This entry of the ticket system is there already.",
            ),
        )
        indexes = (
            models.Index(fields=["company_id", "-day", "-id"], name="time_entry_of_company"),
            models.Index(fields=["-day", "-id"], name="time_entry_newest"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.person}: {self.minutes} min"


class Upload(models.Model):
    """The rows of a file between its preview and the answer to it; kept for a day at most."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    rows = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name
