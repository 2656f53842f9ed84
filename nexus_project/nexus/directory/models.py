"""Companies, their locations and the people in them: the address book every module refers to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from nexus.directory.queries import CompanyQuerySet, ContactQuerySet, LocationQuerySet


class DirectoryRow(models.Model):
    """What company, location and contact share: a key, dates, a version, the archive."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_ids = models.JSONField(
        default=dict, blank=True, help_text="Keys of other systems, such as an RMM: {'ninja': '42'}."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Company(DirectoryRow):
    """A client company, a prospect, or a former client."""

    class Status(models.TextChoices):
        PROSPECT = "prospect"
        ACTIVE = "active"
        FORMER = "former"

    account_number = models.CharField(
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", "Capital letters, digits and hyphens.")],
        help_text="What people call this company by, such as C-1042.",
    )
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    tax_id = models.CharField("tax ID", max_length=50, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.URLField(blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    notes = models.TextField(blank=True)
    primary_contact = models.ForeignKey(
        "Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    billing_contact = models.ForeignKey(
        "Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["prospect", "active", "former"]), name="company_status_known"
            ),
        )
        indexes = (GinIndex(fields=["tags"], name="company_tags"),)

    def __str__(self) -> str:
        return self.name


class Location(DirectoryRow):
    """An address of a company; one of them is the default."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="locations")
    name = models.CharField(max_length=100)
    line1 = models.CharField("address", max_length=200, blank=True)
    line2 = models.CharField("address, second line", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="Two letters, ISO 3166-1.")
    phone = models.CharField(max_length=40, blank=True)
    is_default = models.BooleanField("default", default=False)

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_default=True),
                name="location_one_default",
                violation_error_message="This company has a default location already.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Contact(DirectoryRow):
    """A person at a company; perhaps linked to the account they sign in with."""

    ROLES: ClassVar[list[tuple[str, str]]] = [
        ("primary", "Primary"),
        ("billing", "Billing"),
        ("technical", "Technical"),
    ]

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="contacts")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    emails = ArrayField(models.EmailField(), default=list, blank=True)
    phones = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    roles = ArrayField(models.CharField(max_length=10, choices=ROLES), default=list, blank=True)
    vip = models.BooleanField("VIP", default=False)
    active_from = models.DateField(null=True, blank=True)
    active_until = models.DateField(
        null=True, blank=True, help_text="The first day on which this person is gone."
    )
    notes = models.TextField(blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contact",
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(active_until__gt=models.F("active_from"))
                | Q(active_from__isnull=True)
                | Q(active_until__isnull=True),
                name="contact_active_range",
                violation_error_message="The last day must come after the first.",
            ),
            models.CheckConstraint(
                condition=~Q(first_name="", last_name=""),
                name="contact_has_name",
                violation_error_message="Give a first or a last name.",
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=["primary", "billing", "technical"]),
                name="contact_roles_known",
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
