"""``fields=id,name``: answering only what the caller asked for, and only what they may see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from hm_auth.rest.permissions import has_capability

PARAMETER = "fields"


class SparseFieldsMixin(serializers.Serializer[Any]):
    """Drops ``Meta.internal_fields`` for outsiders, then whatever ``fields=`` does not name.

    ``Meta.internal_capability`` says who is an insider. For everybody else an internal field does
    not exist: it is absent from answers, unknown to ``fields=`` and ignored in bodies.
    """

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        view, request = self.context.get("view"), self.context.get("request")
        if request is None or getattr(view, "swagger_fake_view", False):
            return fields
        meta: Any = getattr(self, "Meta", None)
        internal = getattr(meta, "internal_fields", ())
        if internal and not has_capability(request.user, meta.internal_capability):
            fields = {name: field for name, field in fields.items() if name not in internal}
        wanted = wanted_fields(request)
        if wanted is None or self.parent not in (None, self.root):
            return fields
        return {name: field for name, field in fields.items() if name in wanted}


def wanted_fields(request: Request) -> list[str] | None:
    """Return the names in ``fields=``, or None when all are wanted (and for every write)."""
    if request.method not in ("GET", "HEAD") or PARAMETER not in request.query_params:
        return None
    return [name.strip() for name in request.query_params[PARAMETER].split(",")]


def refuse_unknown_fields(request: Request, known: set[str]) -> None:
    """Raise ValidationError when ``fields=`` names something that is not there for the caller."""
    unknown = sorted(set(wanted_fields(request) or ()) - known)
    if unknown:
        raise ValidationError({PARAMETER: [f"Unknown field: {name!r}." for name in unknown[:10]]})
