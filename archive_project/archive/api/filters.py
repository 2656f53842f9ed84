"""What the lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from archive.articles.models import Article, Kind
from archive.discussion.models import Watch
from archive.exchange.models import State as ImportState
from archive.runbooks.models import State
from archive.search.models import Reading
from hm_auth.rest.filters import DirectoryFilterSet, StrictBooleanFilter


class SpaceFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")
    watched = StrictBooleanFilter(method="filter_watched", label="Watched by the caller, or not.")

    def filter_watched(self, rows: Any, name: str, value: bool) -> Any:  # noqa: ARG002
        mine = Watch.objects.filter(user_id=self.request.user.pk, space__isnull=False)
        condition = Q(pk__in=mine.values("space"))
        return rows.filter(condition if value else ~condition)


class ArticleFilterSet(DirectoryFilterSet):
    space = django_filters.UUIDFilter(field_name="space_id", label="In this space.")
    company = django_filters.UUIDFilter(field_name="space__company_id", label="Of this company.")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Exactly this.")
    tag = django_filters.CharFilter(method="filter_tag", max_length=40, label="With this tag.")

    parent = django_filters.UUIDFilter(method="filter_parent", label="Right below this article.")
    trashed = StrictBooleanFilter(method="filter_trashed", label="true: those in the trash.")
    starred = StrictBooleanFilter(method="filter_starred", label="Starred by the caller, or not.")
    watched = StrictBooleanFilter(method="filter_watched", label="Watched by the caller, or not.")

    def filter_parent(self, rows: Any, name: str, value: Any) -> Any:  # noqa: ARG002
        readable = Article.objects.visible_to(self.request.user)
        return rows.filter(parent__in=readable.filter(pk=value).values("pk"))

    def filter_trashed(self, rows: Any, name: str, value: bool) -> Any:  # noqa: ARG002
        return rows  # the view chose already: without the filter there is no trash either

    def filter_starred(self, rows: Any, name: str, value: bool) -> Any:  # noqa: ARG002
        mine = Reading.objects.filter(user_id=self.request.user.pk, starred=True)
        condition = Q(pk__in=mine.values("article"))
        return rows.filter(condition if value else ~condition)

    def filter_watched(self, rows: Any, name: str, value: bool) -> Any:  # noqa: ARG002
        mine = Watch.objects.filter(user_id=self.request.user.pk, article__isnull=False)
        condition = Q(pk__in=mine.values("article"))
        return rows.filter(condition if value else ~condition)

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


class FieldFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    type = django_filters.UUIDFilter(field_name="type_id", label="Of this type, by its id.")


class AttachmentFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    article = django_filters.UUIDFilter(field_name="article_id", label="Of this article.")
    space = django_filters.UUIDFilter(field_name="article__space_id", label="In this space.")


class CommentFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    article = django_filters.UUIDFilter(field_name="article_id", label="On this article.")
    space = django_filters.UUIDFilter(field_name="article__space_id", label="In this space.")
    thread = django_filters.UUIDFilter(field_name="thread_id", label="Answers to this comment.")


class RunFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    space = django_filters.UUIDFilter(field_name="space_id", label="For this space.")
    company = django_filters.UUIDFilter(field_name="space__company_id", label="For this company.")
    state = django_filters.ChoiceFilter(choices=State.choices, label="Exactly this.")


class ImportFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    space = django_filters.UUIDFilter(field_name="space_id", label="Into this space.")
    state = django_filters.ChoiceFilter(choices=ImportState.choices, label="Exactly this.")
