"""A company: a client, a prospect, or a former client."""

from __future__ import annotations

from collections.abc import Collection

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from nexus.directory import rules
from nexus.directory.models.rows import DirectoryRow, TextOf, check_phone
from nexus.directory.queries import CompanyQuerySet


@pghistory.track(exclude=["search_text", "sort_name"], append_only=True)
class Company(DirectoryRow):
    """A company whose computers are looked after, or were, or may be."""

    class Status(models.TextChoices):
        PROSPECT = "prospect"
        ACTIVE = "active"
        FORMER = "former"

    account_number = models.CharField(
        max_length=20,
        unique=True,
        error_messages={"unique": "Another company has this account number."},
        validators=[
            RegexValidator(r"^[A-Z0-9][A-Z0-9-]*\Z", "Capital letters, digits and hyphens.")
        ],
        help_text="What people call this company by, such as C-1042.",
    )
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    tax_id = models.CharField("tax ID", max_length=50, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    domains = ArrayField(
        models.CharField(max_length=253, validators=[DomainNameValidator()]),
        default=list,
        blank=True,
        help_text="Internet domains, separated by commas.",
    )
    phone = models.CharField(max_length=40, blank=True, validators=[check_phone])
    website = models.URLField(blank=True)
    tags = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, help_text="Separated by commas."
    )
    notes = models.TextField(blank=True)
    primary_contact = models.ForeignKey(
        "Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    billing_contact = models.ForeignKey(
        "Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_companies",
    )
    search_text = models.GeneratedField(
        expression=TextOf(
            "name",
            "legal_name",
            "account_number",
            "domains",
            "phone",
            function="directory_company_text",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    sort_name = models.GeneratedField(
        expression=TextOf("name", function="directory_sort_text"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["prospect", "active", "former"]),
                name="company_status_known",
                violation_error_message="The status is prospect, active or former.",
            ),
            models.CheckConstraint(
                condition=Q(account_number__regex=r"^[A-Z0-9][A-Z0-9-]*$"),
                name="company_account_number_shape",
                violation_error_message="Account numbers have capital letters, digits, hyphens.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="company_has_name",
                violation_error_message="Give the company a name.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | (Q(archived_at__isnull=False) & ~Q(merged_into=F("id"))),
                name="company_merged_is_archived",
                violation_error_message="A merged company is archived and points to another one.",
            ),
        )
        indexes = (
            models.Index(fields=["name", "id"], name="company_name"),
            models.Index(fields=["sort_name", "id"], name="company_sort_name"),
            models.Index(fields=["status", "sort_name", "id"], name="company_status"),
            models.Index(fields=["updated_at", "id"], name="company_updated"),
            GinIndex(fields=["tags"], name="company_tags"),
            GinIndex(fields=["domains"], name="company_domains"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="company_search"),
        )

    def __str__(self) -> str:
        return self.name

    def normalise(self) -> None:
        self._tidy("account_number", "name", "legal_name", "tax_id")
        self.website = rules.normal_website(self.website)
        self.account_number = self.account_number.upper()
        self.domains = rules.distinct(rules.normal_domain(item) for item in self.domains or ())
        self.phone = rules.normal_phone(self.phone)
        self.tags = rules.normal_tags(self.tags or ())
        self.notes = rules.normal_notes(self.notes)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        super().clean_fields(exclude=exclude)
        complaint = rules.tags_complaint(self.tags)
        if complaint and "tags" not in (exclude or ()):
            raise ValidationError({"tags": complaint})

    def clean(self) -> None:
        """The database holds this too, by foreign keys over two columns; here it gets its words."""
        for name in ("primary_contact", "billing_contact"):
            contact = getattr(self, name)
            if contact is not None and contact.company_id != self.pk:
                raise ValidationError({name: f"{contact} is not a contact of this company."})
