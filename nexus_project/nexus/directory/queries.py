"""Reading the directory. ``visible_to`` is the one rule of who sees which rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Func, Q, Value

from hm_auth.permissions import allows
from nexus.directory.rules import search_words

if TYPE_CHECKING:
    from nexus.accounts.models import User
    from nexus.api.authentication import Service


class DirectoryQuerySet(models.QuerySet[Any]):
    """Shared by the three tables; ``company_path`` leads from the row to its company."""

    company_path = "company_id"

    def visible_to(self, reader: User | Service) -> Self:
        """Rows that ``reader`` may know of: all for staff, their own company's for a client."""
        if allows(reader.permission_level, "directory.internal"):
            return self.all()
        if not allows(reader.permission_level, "directory.view") or reader.company_id is None:
            return self.none()
        return self.current().filter(**{self.company_path: reader.company_id})

    def current(self) -> Self:
        """Rows that are not archived."""
        return self.filter(archived_at__isnull=True)

    def of_company(self, key: str) -> Self:
        """Rows of one company; none for a ``key`` that is no id: people can edit addresses."""
        try:
            return self.filter(**{self.company_path: UUID(key)})
        except ValueError:
            return self.none()

    def archived(self) -> Self:
        """Rows that are archived, merged ones among them."""
        return self.filter(archived_at__isnull=False)

    def updated_since(self, instant: datetime) -> Self:
        """Rows written at ``instant`` or later, archived ones among them: for keeping a copy."""
        return self.filter(updated_at__gte=instant)

    def _search(self, column: str, text: str) -> Self:
        found = self
        for word in search_words(text):
            found = found.filter(_Contains(column, word))
        return found


class CompanyQuerySet(DirectoryQuerySet):
    company_path = "id"

    def search(self, text: str) -> Self:
        """Companies in whose names, account number, domains or telephone every word occurs.

        Accents, case and apostrophes make no difference. A word of one or two letters matches the
        beginning of a word only, so that the trigram index always serves (docs of pg_trgm).
        """
        return self._search("search_text", text)

    def with_tag(self, *tags: str) -> Self:
        """Companies that carry every one of ``tags``."""
        return self.filter(tags__contains=[tag.strip().lower() for tag in tags])

    def sharing_domains(self, domains: Collection[str]) -> dict[str, list[str]]:
        """Return those of ``domains`` that several companies have, with the companies' names."""
        owners: dict[str, list[str]] = {}
        rows = self.filter(domains__overlap=sorted(domains)).order_by("sort_name", "id")
        for name, own in rows.values_list("name", "domains"):
            for domain in set(own) & set(domains):
                owners.setdefault(domain, []).append(name)
        return {domain: owners[domain] for domain in sorted(owners) if len(owners[domain]) > 1}


class LocationQuerySet(DirectoryQuerySet):
    def search(self, text: str) -> Self:
        """Locations where every word occurs in the name or address, or finds the company."""
        companies = self.model._meta.get_field("company").related_model.objects  # noqa: SLF001
        found = self
        for word in search_words(text):
            named = Q(_Contains("search_text", word))
            found = found.filter(named | Q(company__in=companies.search(word)))
        return found


class ContactQuerySet(DirectoryQuerySet):
    def search(self, text: str) -> Self:
        """Contacts in whose names, e-mail addresses or telephones every word occurs."""
        return self._search("search_text", text)

    def with_role(self, role: str) -> Self:
        """Contacts who have ``role``: primary, billing or technical."""
        return self.filter(roles__contains=[role])

    def active_on(self, day: date) -> Self:
        """Contacts who work there on ``day``: ``active_until`` is the first day they do not."""
        return self.filter(
            Q(active_from__isnull=True) | Q(active_from__lte=day),
            Q(active_until__isnull=True) | Q(active_until__gt=day),
        )


class _Contains(Func):
    """``column LIKE directory_pattern(word)``: the database folds the word as it folded the row."""

    template = "(%(expressions)s)"
    arg_joiner = " LIKE "
    output_field = models.BooleanField()

    def __init__(self, column: str, word: str) -> None:
        pattern = Func(Value(word), function="directory_pattern", output_field=models.TextField())
        super().__init__(F(column), pattern)
