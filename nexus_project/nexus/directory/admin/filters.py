"""The filters beside the lists: each is a QuerySet method of the directory."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import TextFilter

from nexus.directory.models import Contact


class ArchivedFilter(admin.SimpleListFilter):
    """Current rows, unless somebody asks for the archived ones."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Archived"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        found = super().choices(changelist)
        first = next(iter(found))
        yield {**first, "display": "Current"}
        yield from found

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if request.path.endswith("/autocomplete/") or self.value() == "all":
            return queryset
        return queryset.archived() if self.value() == "yes" else queryset.current()


class TagFilter(TextFilter):
    title = "tag"
    parameter_name = "tag"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_tag(self.value()) if self.value() else queryset


class CountryFilter(TextFilter):
    title = "country"
    parameter_name = "country"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(country=self.value().strip().upper()) if self.value() else queryset


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return Contact.ROLES

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_role(self.value()) if self.value() else queryset


class ActiveTodayFilter(admin.SimpleListFilter):
    title = "works there today"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in {"yes", "no"}:
            return queryset
        active = Contact.objects.active_on(timezone.localdate())
        if self.value() == "yes":
            return queryset.active_on(timezone.localdate())
        return queryset.exclude(pk__in=active.values("pk"))
