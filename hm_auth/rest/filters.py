"""Query parameters: known, well-formed, or refused. A misspelt filter must not find everything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

MAX_IDS = 500
MAY_BE_EMPTY = ("id__in", "search")


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # untyped
    """The filters of ``filterset_class``, minus those that are not for this caller."""

    def get_filterset_class(self, view: Any, queryset: Any = None) -> Any:
        choose = getattr(view, "get_filterset_class", None)
        return choose() if choose else super().get_filterset_class(view, queryset)


class UUIDInFilter(django_filters.BaseInFilter, django_filters.UUIDFilter):  # type: ignore[misc]
    """Ids separated by commas, at most 500 of them."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value and len(value) > MAX_IDS:
            raise ValidationError({"id__in": [f"At most {MAX_IDS} ids."]})
        return super().filter(qs, value)  # type: ignore[no-any-return]


class InstantField(IsoDateTimeField):  # type: ignore[misc]
    """In UTC: PostgreSQL refuses offsets beyond 15:59:59, which ISO 8601 and Python allow."""

    def clean(self, value: Any) -> datetime | None:
        instant = super().clean(value)
        try:
            return instant.astimezone(UTC) if instant else None
        except OverflowError as error:
            raise forms.ValidationError("Out of range.") from error


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """An instant, ISO 8601."""

    field_class = InstantField


@extend_schema_field(bool)
class StrictBooleanFilter(django_filters.TypedChoiceFilter):  # type: ignore[misc]
    """``true`` or ``false``; django-filter's own takes anything else for "no matter"."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)


class DirectoryFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """What every list of shared rows understands."""

    id__in = extend_schema_field(
        {
            "type": "array",
            "items": {"type": "string", "format": "uuid"},
            "maxItems": MAX_IDS,
        }
    )(UUIDInFilter(field_name="id", lookup_expr="in", label="Only these ids, at most 500."))
    updated_since = InstantFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label="Rows changed at or after this instant (ISO 8601).",
    )

    def filter_queryset(self, queryset: Any) -> Any:
        if self.data.get("id__in") == "":
            return queryset.none()  # no ids are no rows, not all rows
        return super().filter_queryset(queryset)


def refuse_odd_parameters(request: Request, known: set[str]) -> None:
    """Raise ValidationError for a parameter that is unknown, given twice, empty, or has a NUL."""
    errors: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            errors[name.replace("\x00", "")[:50] or "?"] = ["Unknown parameter."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
        elif not values[0] and name not in MAY_BE_EMPTY:
            errors[name] = ["May not be empty."]
        elif "\x00" in values[0]:
            errors[name] = ["Null characters are not allowed."]
    if errors:
        raise ValidationError(errors)
