"""Companies in the admin."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display

from nexus.directory import merging, operations
from nexus.directory.admin.base import unbroken
from nexus.directory.admin.filters import ArchivedFilter, TagFilter
from nexus.directory.admin.forms import (
    CompanyAutocomplete,
    CompanyForm,
    ContactForm,
    LocationForm,
    TagsForm,
)
from nexus.directory.admin.imports import ImportAdmin
from nexus.directory.admin.merges import MergeAdmin
from nexus.directory.admin.resources import CompanyResource
from nexus.directory.models import Company, Contact, Location


class DirectoryInline(TabularInline):
    """A page of the current rows; the rest is a click away."""

    extra = 0
    per_page = 10
    tab = True
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).current().order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest, obj: Company | None) -> bool:
        archived = obj is not None and obj.archived_at is not None
        return super().has_add_permission(request, obj) and not archived


class LocationInline(DirectoryInline):
    model = Location
    form = LocationForm
    fields = ("name", "line1", "city", "postal_code", "country", "is_default", "base_version")
    ordering = ("name", "id")


class ContactInline(DirectoryInline):
    model = Contact
    form = ContactForm
    fields = ("first_name", "last_name", "title", "emails", "phones", "vip", "base_version")
    ordering = ("sort_name", "id")


@admin.register(Company)
class CompanyAdmin(MergeAdmin, ImportAdmin):
    form = CompanyForm
    list_display = (
        "name",
        "account_number",
        "status",
        "shown_tags",
        "shown_phone",
        "primary_contact",
    )
    list_display_links = ("name", "account_number")
    list_filter = (("status", ChoicesCheckboxFilter), TagFilter, ArchivedFilter)
    list_select_related = ("primary_contact",)
    search_fields = ("name",)
    search_help_text = "Name, account number, domain or telephone"
    ordering = ("sort_name", "id")
    autocomplete_fields = ("primary_contact", "billing_contact")
    inlines = (LocationInline, ContactInline)
    actions: tuple[str, ...] = (
        "tag_selected",
        "merge_selected",
        "archive_selected",
        "restore_selected",
    )
    actions_detail = ("all_contacts", "all_locations")
    resource_classes = (CompanyResource,)
    merge_operation = staticmethod(merging.merge_companies)
    merge_fields = (
        "account_number", "name", "legal_name", "tax_id", "status", "phone", "website", "domains",
        "tags", "primary_contact", "billing_contact", "external_ids", "notes",
    )  # fmt: skip
    merge_moves = ("locations", "contacts", "users")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "account_number"),
                    ("status", "legal_name"),
                    ("tax_id", "tags"),
                    ("phone", "website"),
                    ("domains",),
                    ("primary_contact", "billing_contact"),
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

    def get_fieldsets(self, request: HttpRequest, obj: Company | None = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        main, more = self.fieldsets  # a new company has no contacts to choose from
        fields = tuple(item for item in main[1]["fields"] if "primary_contact" not in item)
        return ((main[0], {"fields": fields}), ("More", {**more[1], "fields": ("external_ids",)}))

    def get_form(self, request: HttpRequest, obj: Company | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        for name in ("primary_contact", "billing_contact"):
            if obj is not None and name in form.base_fields:
                form.base_fields[name].widget.widget.company_id = obj.pk
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = CompanyAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def merge_name(self, row: Company) -> str:
        return f"{row} ({row.account_number})"

    @display(description="Tags")
    def shown_tags(self, company: Company) -> str:
        return ", ".join(company.tags)

    @display(description="Telephone")
    def shown_phone(self, company: Company) -> str:
        return unbroken(company.phone)

    @action(description="All contacts", url_path="contacts", icon="contacts")
    def all_contacts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(
            f"{reverse('admin:directory_contact_changelist')}?company__id__exact={object_id}"
        )

    @action(description="All locations", url_path="locations", icon="location_on")
    def all_locations(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(
            f"{reverse('admin:directory_location_changelist')}?company__id__exact={object_id}"
        )

    @admin.action(description="Add or remove tags")
    def tag_selected(
        self, request: HttpRequest, queryset: QuerySet[Company]
    ) -> HttpResponse | None:
        form = TagsForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            try:
                count = operations.tag(queryset, by=request.user, **form.cleaned_data)
                messages.success(request, f"The tags of {count} companies changed.")
            except operations.NotPossible as error:
                messages.error(request, str(error))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Add or remove tags",
            "opts": self.opts,
            "form": form,
            "count": queryset.count(),
            "some": queryset[:10],
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/directory/tags.html", context)
