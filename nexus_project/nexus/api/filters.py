"""What the lists of the directory can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters

from hm_auth.rest.filters import DirectoryFilterSet, StrictBooleanFilter
from nexus.directory.models import Company, Contact, Location


class RowFilterSet(DirectoryFilterSet):
    """``search`` and the archive; archived rows are left out unless asked for."""

    search = django_filters.CharFilter(
        method="filter_search", max_length=200, label="Words to look for, in any order."
    )
    include_archived = StrictBooleanFilter(
        method="filter_archived", label="Archived rows too. Clients never get them."
    )

    def filter_search(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.search(value)

    def filter_archived(self, rows: Any, name: str, value: bool) -> Any:  # noqa: ARG002
        return rows  # filter_queryset looks at it, since its absence means something too

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("include_archived") else rows.current()


class ClientCompanyFilterSet(RowFilterSet):
    """For a client tags do not exist: a filter by tag would tell them apart all the same."""

    status = django_filters.ChoiceFilter(choices=Company.Status.choices, label="Exactly this.")

    class Meta:
        model = Company
        fields: tuple[str, ...] = ()


class CompanyFilterSet(ClientCompanyFilterSet):
    tag = django_filters.CharFilter(
        method="filter_tag", max_length=50, label="Companies with this tag. Not for clients."
    )

    def filter_tag(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.with_tag(value)


class LocationFilterSet(RowFilterSet):
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")

    class Meta:
        model = Location
        fields: tuple[str, ...] = ()


class ContactFilterSet(RowFilterSet):
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")
    role = django_filters.ChoiceFilter(
        method="filter_role", choices=Contact.ROLES, label="People with this role."
    )
    active_on = django_filters.DateFilter(
        method="filter_active", label="People who are there on this day."
    )

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def filter_role(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.with_role(value)

    def filter_active(self, rows: Any, name: str, value: date) -> Any:  # noqa: ARG002
        return rows.active_on(value)
