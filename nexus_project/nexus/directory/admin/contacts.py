"""Contacts in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from nexus.directory import merging
from nexus.directory.admin.base import unbroken
from nexus.directory.admin.filters import ActiveTodayFilter, ArchivedFilter, RoleFilter
from nexus.directory.admin.forms import CompanyAutocomplete, ContactForm
from nexus.directory.admin.imports import ImportAdmin
from nexus.directory.admin.merges import MergeAdmin
from nexus.directory.admin.resources import ContactResource
from nexus.directory.models import Contact


@admin.register(Contact)
class ContactAdmin(MergeAdmin, ImportAdmin):
    form = ContactForm
    list_display = ("shown_name", "company", "title", "first_email", "first_phone", "shown_vip")
    list_filter = (
        ("company", AutocompleteSelectFilter),
        RoleFilter,
        "vip",
        ActiveTodayFilter,
        ArchivedFilter,
    )
    list_select_related = ("company",)
    search_fields = ("last_name",)
    search_help_text = "Name, e-mail address or telephone"
    ordering = ("sort_name", "id")
    autocomplete_fields = ("company", "location", "user")
    actions: tuple[str, ...] = ("merge_selected", "archive_selected", "restore_selected")
    resource_classes = (ContactResource,)
    merge_operation = staticmethod(merging.merge_contacts)
    merge_fields = (
        "company", "first_name", "last_name", "title", "emails", "phones", "roles", "vip",
        "location", "active_from", "active_until", "user", "external_ids", "notes",
    )  # fmt: skip
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("first_name", "last_name"),
                    ("title", "user"),
                    ("company", "location"),
                    ("emails", "phones"),
                    ("roles", "vip"),
                    ("active_from", "active_until"),
                    "notes",
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

    def get_form(self, request: HttpRequest, obj: Contact | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if obj is not None and "location" in form.base_fields:
            form.base_fields["location"].widget.widget.company_id = obj.company_id
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "location":
            kwargs["widget"] = CompanyAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def merge_name(self, row: Contact) -> str:
        return f"{row} ({row.emails[0]})" if row.emails else str(row)

    @display(description="Name", ordering="sort_name")
    def shown_name(self, contact: Contact) -> str:
        return contact.full_name

    @display(description="E-mail")
    def first_email(self, contact: Contact) -> str:
        return contact.emails[0] if contact.emails else ""

    @display(description="Telephone")
    def first_phone(self, contact: Contact) -> str:
        return unbroken(contact.phones[0] if contact.phones else "")

    @display(description="VIP")
    def shown_vip(self, contact: Contact) -> str:
        return "VIP" if contact.vip else ""
