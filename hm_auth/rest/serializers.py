"""The base of every model serializer: what the model and the database refuse is a 400.

The framework calls neither ``clean()`` nor the check constraints, so a plain ModelSerializer saves
what ``clean()`` forbids and answers 500 for a check constraint or a functional unique index.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework import serializers
from rest_framework.settings import api_settings

from hm_auth.rest.fields import SparseFieldsMixin


class FullCleanModelSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """Runs ``full_clean()``, constraints included, on a copy that is never saved."""

    def unchecked(self, draft: Any) -> set[str]:  # noqa: ARG002 - for subclasses
        """Return the model fields of ``draft`` that something else checks, or fills in later."""
        return set()

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a field that does not exist: a misspelt one must not look saved.

        A field that is read only may come back, so that what was read can be sent again.
        """
        if isinstance(data, Mapping) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {str(name): ["There is no such field."] for name in unknown}
            )
        return super().to_internal_value(data)

    def get_unique_together_validators(self) -> list[Any]:
        return []  # full_clean() looks, and knows the constraints with a condition

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        try:
            draft = self.draft(attrs)
            draft.full_clean(exclude=self.unchecked(draft))
        except ValidationError as error:
            raise serializers.ValidationError(self._by_field(error)) from error
        return attrs

    def draft(self, attrs: dict[str, Any]) -> Any:
        """Return what the row would become, without saving anything."""
        model: Any = self.Meta.model
        meta = model._meta  # noqa: SLF001 - Django's own API
        columns = {field.name for field in meta.concrete_fields}
        row = copy.copy(self.instance) if self.instance is not None else model()
        for name, value in attrs.items():
            if name in columns:
                setattr(row, name, value)
        return row

    def _by_field(self, error: ValidationError) -> dict[str, list[str]]:
        names = {field.source: name for name, field in self.fields.items()}
        general = api_settings.NON_FIELD_ERRORS_KEY
        errors: dict[str, list[str]] = {}
        for source, messages in error.message_dict.items():
            name = general if source == NON_FIELD_ERRORS else names.get(source, general)
            errors.setdefault(name, []).extend(messages)
        return errors


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457). Programs read `code`; `detail` is for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the name is the RFC's example's
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Field or parameter to its messages, when `code` is `invalid`.",
    )
    request_id = serializers.CharField(required=False)
