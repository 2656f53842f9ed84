"""An address of a company."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from nexus.directory import rules
from nexus.directory.models.company import Company
from nexus.directory.models.rows import (
    DirectoryRow,
    TextOf,
    check_company,
    check_country,
    check_phone,
)
from nexus.directory.queries import LocationQuerySet


@pghistory.track(exclude=["search_text"], append_only=True)
class Location(DirectoryRow):
    """An address of a company; one of them is the default."""

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="locations", db_index=False
    )
    name = models.CharField(max_length=100)
    line1 = models.CharField("address", max_length=200, blank=True)
    line2 = models.CharField("address, second line", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[check_country],
        help_text="Two letters, ISO 3166-1.",
    )
    phone = models.CharField(max_length=40, blank=True, validators=[check_phone])
    is_default = models.BooleanField("default", default=False)
    search_text = models.GeneratedField(
        expression=TextOf(
            "name",
            "line1",
            "city",
            "region",
            "postal_code",
            function="directory_location_text",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_default=True),
                name="location_one_default",
                violation_error_message="This company has a default location already.",
            ),
            # What the two-column foreign key of contacts refers to (migration 0003).
            models.UniqueConstraint(fields=["company", "id"], name="location_of_company"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="location_has_name",
                violation_error_message="Give the location a name.",
            ),
        )
        indexes = (
            models.Index(fields=["company", "name", "id"], name="location_company"),
            models.Index(fields=["name", "id"], name="location_name"),
            models.Index(fields=["country", "name", "id"], name="location_country"),
            models.Index(fields=["updated_at", "id"], name="location_updated"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="location_search"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city and self.city != self.name else self.name

    def normalise(self) -> None:
        self._tidy("name", "line1", "line2", "city", "region", "postal_code", "country")
        self.country = self.country.upper()
        self.phone = rules.normal_phone(self.phone)

    def clean(self) -> None:
        check_company(self)
        if self._state.adding or self.company_id is None:
            return
        if self.contacts.exclude(company_id=self.company_id).exists():
            raise ValidationError({"company": "Contacts of the old company work at this location."})
