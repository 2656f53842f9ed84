"""A space: the articles of one company, of the staff, or of all clients."""

from __future__ import annotations

import uuid

import pghistory
from django.db import models
from django.db.models import Q

from archive.spaces.languages import CHOICES
from archive.spaces.queries import SpaceQuerySet


class Kind(models.TextChoices):
    COMPANY = "company", "Company"
    INTERNAL = "internal", "Internal"
    SHARED = "shared", "Shared with all clients"


# Who renamed or deleted one: triggers write it down.
@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["kind", "company_id", "name", "slug", "language"],
    append_only=True,
    model_name="SpaceEvent",
)
class Space(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    company_id = models.UUIDField(null=True, blank=True, help_text="Of Nexus; company spaces only.")
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100)
    language = models.CharField(
        max_length=12,
        choices=CHOICES,
        default="english",
        help_text="Of its articles; search knows its word forms.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="space_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="company", company_id__isnull=False)
                | (~Q(kind="company") & Q(company_id__isnull=True)),
                name="space_company_of_company_spaces_only",
                violation_error_message="A company space needs a company, others have none.",
            ),
            models.UniqueConstraint(
                fields=["company_id"],
                name="space_one_for_each_company",
                violation_error_message="This company has a space already.",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                name="space_slug_unique",
                violation_error_message="Another space has this address.",
            ),
            models.CheckConstraint(
                condition=Q(language__in=[name for name, _ in CHOICES]),
                name="space_language_known",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="space_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name
