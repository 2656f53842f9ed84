"""Hours that were paid for in advance: allowances of an agreement, and prepaid blocks."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from treasury.agreements.models.agreement import Agreement
from treasury.billing_rules import wording
from treasury.usage.models import RateClass


class Prepaid(models.Model):
    """What allowances and blocks have in common. Without ``rate_classes`` they cover any work."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    minutes = models.PositiveIntegerField()
    start = models.DateField("from")
    rate_classes = ArrayField(
        models.CharField(max_length=20, choices=RateClass), default=list, blank=True
    )
    carry_limit = models.PositiveIntegerField(
        "minutes carried over", null=True, blank=True, default=0, help_text="Empty: all of them."
    )

    class Meta:
        abstract = True

    @property
    def work(self) -> str:
        """The work it is for, in words; nothing where it is for any."""
        return ", ".join(str(RateClass(each).label).lower() for each in self.rate_classes)

    @property
    def usable_until(self) -> date | None:
        """The first day on which nothing of it can be used, carry-over included."""
        raise NotImplementedError


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class Allowance(Prepaid):
    """``minutes`` every month or year from ``start`` on; unused ones last one period longer."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="allowances")
    every_months = models.PositiveSmallIntegerField(
        "every", choices=[(1, "Month"), (12, "Year")], default=1
    )
    end = models.DateField("until", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="allowance_days",
                violation_error_message="The end must come after the start.",
            ),
            models.CheckConstraint(condition=Q(every_months__in=[1, 12]), name="allowance_every"),
        )

    def __str__(self) -> str:
        return f"{wording.time(self.minutes)} every {self.get_every_months_display().lower()}"

    @property
    def last_day(self) -> date | None:
        """The last day it is given; None while it lasts."""
        return self.end - timedelta(days=1) if self.end else None

    @property
    def usable_until(self) -> date | None:
        return self.end


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
)
class PrepaidBlock(Prepaid):
    """``minutes`` bought at once, to use until ``end``; some may be carried over to a later day."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="blocks")
    end = models.DateField("expires")
    carry_until = models.DateField("carried over until", null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="block_days",
                violation_error_message="A block expires after it was bought.",
            ),
            models.CheckConstraint(
                condition=Q(carry_until__isnull=True) | Q(carry_until__gt=F("end")),
                name="block_carry",
                violation_error_message="A carry-over lasts longer than its block.",
            ),
        )

    def __str__(self) -> str:
        return f"{wording.time(self.minutes)} to {self.last_day:%-d %b %Y}"

    @property
    def last_day(self) -> date:
        """The last day it can be used without a carry-over."""
        return self.end - timedelta(days=1)

    @property
    def carry_last_day(self) -> date | None:
        """The last day of its carry-over; None where there is none."""
        return self.carry_until - timedelta(days=1) if self.carry_until else None

    @property
    def usable_until(self) -> date | None:
        return self.carry_until or self.end
