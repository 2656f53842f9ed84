"""Agreements with companies: how often they are billed, and how."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from treasury.billing_rules.agreement import Proration, Timing
from treasury.catalogue.models import CURRENCY, Plan, Term

PRORATIONS = [(each.value, each.value.replace("_", " ").capitalize()) for each in Proration]


class Renewal(models.TextChoices):
    """What happens at the end of a term."""

    AUTOMATIC = "automatic", "Renews by itself"
    NOTICE = "notice", "Renews unless notice is given"
    NONE = "none", "Ends"


class Agreement(models.Model):
    """What was agreed with a company in Nexus; ``end`` is the first day it no longer holds.

    Its periods are counted from ``anchor``, without one from ``start``: an agreement from 15
    November with the anchor 1 November is billed by calendar months.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField("company", db_index=True)
    title = models.CharField(max_length=200)
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    term_months = models.PositiveSmallIntegerField(
        "term", choices=Term, default=Term.MONTH_TO_MONTH
    )
    renewal = models.CharField(max_length=10, choices=Renewal, default=Renewal.AUTOMATIC)
    notice_days = models.PositiveSmallIntegerField(default=30)
    start = models.DateField()
    end = models.DateField(null=True, blank=True)
    anchor = models.DateField("periods count from", null=True, blank=True)
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
    proration = models.CharField(max_length=10, choices=PRORATIONS, default=Proration.BY_DAYS.value)
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
            models.CheckConstraint(
                condition=Q(anchor__isnull=True) | Q(anchor__lte=F("start")),
                name="agreement_anchor",
                violation_error_message="Periods are counted from the start, or from before it.",
            ),
            models.CheckConstraint(condition=Q(term_months__in=Term.values), name="agreement_term"),
            models.CheckConstraint(
                condition=Q(renewal__in=Renewal.values), name="agreement_renewal"
            ),
            # What the two-column foreign keys of additions and invoices refer to.
            models.UniqueConstraint(fields=["id", "company_id"], name="agreement_of_company"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None without an end."""
        return self.end - timedelta(days=1) if self.end else None
