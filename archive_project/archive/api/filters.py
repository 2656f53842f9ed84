"""What the lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters

from archive.articles.models import Kind
from archive.runbooks.models import State
from hm_auth.rest.filters import DirectoryFilterSet


class SpaceFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")


class ArticleFilterSet(DirectoryFilterSet):
    space = django_filters.UUIDFilter(field_name="space_id", label="In this space.")
    company = django_filters.UUIDFilter(field_name="space__company_id", label="Of this company.")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Exactly this.")
    tag = django_filters.CharFilter(method="filter_tag", max_length=40, label="With this tag.")

    def filter_tag(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.filter(tags__contains=[value])


class RecordFilterSet(DirectoryFilterSet):
    space = django_filters.UUIDFilter(field_name="space_id", label="In this space.")
    company = django_filters.UUIDFilter(field_name="space__company_id", label="Of this company.")
    type = django_filters.CharFilter(
        field_name="type__slug", max_length=100, label="Of this type, by its address."
    )
    search = django_filters.CharFilter(
        method="filter_search", max_length=200, label="Words to look for, in any order."
    )

    def filter_search(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.search(value)


class RunFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    space = django_filters.UUIDFilter(field_name="space_id", label="For this space.")
    company = django_filters.UUIDFilter(field_name="space__company_id", label="For this company.")
    state = django_filters.ChoiceFilter(choices=State.choices, label="Exactly this.")
