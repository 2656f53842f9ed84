"""What company, location and contact share: a key, dates, a version, the archive."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.utils import timezone

from nexus.directory import countries, rules


class DirectoryRow(models.Model):
    """Base of the three tables. Written through ``operations.save``, which counts ``version``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_ids = models.JSONField(
        "external IDs",
        default=dict,
        blank=True,
        help_text='Keys of other systems, such as {"rmm": "42"}.',
    )
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("updated", auto_now=True)
    archived_at = models.DateTimeField("archived", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def normalise(self) -> None:
        """Write every value the one way the directory writes it; subclasses do the work."""

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        # Before the validators look: a pasted "https://acme.example/" is a fine domain.
        self.normalise()
        super().clean_fields(exclude=exclude)
        if "external_ids" not in (exclude or ()):
            check_external_ids(self.external_ids)

    def _tidy(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            if isinstance(value, str):
                setattr(self, name, rules.tidy(value))


class TextOf(Func):
    """A database function of the directory (migration 0002) over columns of the row."""

    output_field = models.TextField()


def check_company(row: Any) -> None:
    """Raise ValidationError when ``row`` is new in an archived company, or moves there."""
    company = row.company if row.company_id is not None else None
    if company is None or company.archived_at is None:
        return
    stays = type(row).objects.filter(pk=row.pk, company_id=row.company_id).exists()
    if not stays:
        raise ValidationError({"company": f"{company} is archived; restore it first."})


def check_external_ids(value: Any) -> None:
    """Raise ValidationError unless ``value`` maps names of systems to text."""
    if not isinstance(value, dict) or not all(
        isinstance(key, str) and isinstance(item, str) and key for key, item in value.items()
    ):
        raise ValidationError(
            {"external_ids": 'Give names and keys as text, such as {"rmm": "42"}.'}
        )


def check_country(value: str) -> None:
    """Raise ValidationError unless ``value`` is a country code."""
    if value not in countries.CODES:
        raise ValidationError("Use the two letters of ISO 3166-1, such as IE or DE.")


def check_phone(value: str) -> None:
    """Raise ValidationError unless ``value`` could be dialled."""
    if not rules.PHONE.fullmatch(value):
        raise ValidationError("Write a telephone number, such as +353 20 914 8786.")
