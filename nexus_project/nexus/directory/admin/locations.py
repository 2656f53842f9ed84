"""Locations in the admin."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from nexus.directory.admin.base import DirectoryAdmin
from nexus.directory.admin.filters import ArchivedFilter, CountryFilter
from nexus.directory.admin.forms import LocationForm
from nexus.directory.admin.imports import ImportAdmin
from nexus.directory.admin.resources import LocationResource
from nexus.directory.models import Location


@admin.register(Location)
class LocationAdmin(DirectoryAdmin, ImportAdmin):
    form = LocationForm
    list_display = ("name", "company", "line1", "city", "country", "is_default")
    list_filter = (("company", AutocompleteSelectFilter), CountryFilter, ArchivedFilter)
    list_select_related = ("company",)
    search_fields = ("name",)
    search_help_text = "Name, address or company"
    ordering = ("name", "id")
    autocomplete_fields = ("company",)
    resource_classes = (LocationResource,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("company", "name"),
                    ("line1", "line2"),
                    ("postal_code", "city"),
                    ("region", "country"),
                    ("phone", "is_default"),
                    "base_version",
                )
            },
        ),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": ("external_ids", ("created_at", "updated_at", "archived_at")),
            },
        ),
    )
