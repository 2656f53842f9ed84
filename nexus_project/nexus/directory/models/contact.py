"""A person at a company."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from nexus.directory import rules
from nexus.directory.models.company import Company
from nexus.directory.models.location import Location
from nexus.directory.models.rows import DirectoryRow, TextOf, check_company, check_phone
from nexus.directory.queries import ContactQuerySet


@pghistory.track(exclude=["search_text", "sort_name"], append_only=True)
class Contact(DirectoryRow):
    """A person at a company; perhaps linked to the account they sign in with."""

    ROLES: ClassVar[list[tuple[str, str]]] = [
        ("primary", "Primary"),
        ("billing", "Billing"),
        ("technical", "Technical"),
    ]

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    emails = ArrayField(
        models.EmailField(), default=list, blank=True, help_text="Separated by commas, best first."
    )
    phones = ArrayField(
        models.CharField(max_length=40, validators=[check_phone]),
        default=list,
        blank=True,
        help_text="Separated by commas, best first.",
    )
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
        error_messages={"unique": "This account belongs to another contact."},
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_contacts",
    )
    search_text = models.GeneratedField(
        expression=TextOf(
            "first_name", "last_name", "emails", "phones", function="directory_contact_text"
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    sort_name = models.GeneratedField(
        expression=TextOf("last_name", "first_name", function="directory_sort_text"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(active_until__gt=F("active_from"))
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
                violation_error_message="The roles are primary, billing and technical.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | (Q(archived_at__isnull=False) & ~Q(merged_into=F("id"))),
                name="contact_merged_is_archived",
                violation_error_message="A merged contact is archived and points to another one.",
            ),
            # What the two-column foreign keys of companies refer to (migration 0003).
            models.UniqueConstraint(fields=["company", "id"], name="contact_of_company"),
        )
        indexes = (
            models.Index(fields=["company", "sort_name", "id"], name="contact_company"),
            models.Index(fields=["sort_name", "id"], name="contact_sort_name"),
            models.Index(fields=["last_name", "first_name", "id"], name="contact_name"),
            models.Index(fields=["updated_at", "id"], name="contact_updated"),
            models.Index(fields=["sort_name", "id"], condition=Q(vip=True), name="contact_vip"),
            GinIndex(fields=["roles"], name="contact_roles"),
            GinIndex(fields=["emails"], name="contact_emails"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contact_search"),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return rules.full_name(self.first_name, self.last_name)

    def normalise(self) -> None:
        self._tidy("first_name", "last_name", "title")
        self.emails = rules.distinct(rules.normal_email(item) for item in self.emails or ())
        self.notes = rules.normal_notes(self.notes)
        self.phones = rules.distinct(rules.normal_phone(item) for item in self.phones or ())
        self.roles = [role for role, _ in self.ROLES if role in (self.roles or ())] + [
            role for role in self.roles or () if role not in dict(self.ROLES)
        ]

    def clean(self) -> None:
        """The database holds this too, by foreign keys over two columns; here it gets its words."""
        check_company(self)
        if self.company_id is None:
            return
        if self.location is not None and self.location.company_id != self.company_id:
            raise ValidationError({"location": "This location belongs to another company."})
        if self.user is not None and self.user.company_id != self.company_id:
            raise ValidationError({"user": "Only a client account of the same company fits."})
        if self._state.adding:
            return
        named = Q(primary_contact=self) | Q(billing_contact=self)
        if Company.objects.filter(named).exclude(pk=self.company_id).exists():
            raise ValidationError(
                {"company": "The old company names this person as its contact; change that first."}
            )
