"""Devices: which company has them, from when until when."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from treasury.billing_rules.facts import Treatment


class DeviceKind(models.TextChoices):
    """What a device is billed as; a key, never a name that somebody compares."""

    WORKSTATION = "workstation", "Workstation"
    SERVER = "server", "Server"
    VM = "vm", "Virtual machine"
    SWITCH = "switch", "Switch"
    FIREWALL = "firewall", "Firewall"


class Days(Func):
    """The half-open range of days from ``start`` to ``end``; without an end, for ever."""

    function = "daterange"
    output_field = DateRangeField()


class Device(models.Model):
    """A device of a company in Nexus; ``end`` is the first day it is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company")
    hostname = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=DeviceKind)
    start = models.DateField("active from")
    end = models.DateField("active until", null=True, blank=True)
    treatment = models.CharField(
        max_length=10,
        choices=[(each.value, each.value.capitalize()) for each in Treatment],
        default=Treatment.NORMAL.value,
    )
    custom_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="device_days",
                violation_error_message="The last day must come after the first.",
            ),
            models.CheckConstraint(
                condition=Q(
                    treatment=Treatment.CUSTOM.value,
                    custom_price__isnull=False,  # a comparison with NULL would pass a check
                    custom_price__gte=0,
                )
                | (~Q(treatment=Treatment.CUSTOM.value) & Q(custom_price__isnull=True)),
                name="device_price_only_if_custom",
                violation_error_message="A price belongs to the treatment custom, and only there.",
            ),
            models.CheckConstraint(condition=Q(kind__in=DeviceKind.values), name="device_kind"),
            models.CheckConstraint(
                condition=Q(treatment__in=[each.value for each in Treatment]),
                name="device_treatment",
            ),
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

    def __str__(self) -> str:
        return self.hostname
