"""JSON for programs; the same JSON as a page of ours for a person with a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.template import loader
from rest_framework import renderers
from rest_framework.utils.encoders import JSONEncoder

from hm_auth.rest.documents import MEDIA_TYPE


class JSONRenderer(renderers.JSONRenderer):
    """JSON; an error is ``application/problem+json`` whatever the view."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        response = (renderer_context or {}).get("response")
        if response is not None and getattr(response, "exception", False):
            response["Content-Type"] = MEDIA_TYPE
        return super().render(data, accepted_media_type, renderer_context)


class BrowsableRenderer(renderers.BrowsableAPIRenderer):
    """A page that shows an answer as it is, with links to follow.

    The framework's own page cannot be used: its style attributes break under our
    Content-Security-Policy, its forms draw a select of every row, and a form cannot send If-Match.
    Trying a write is what /api/docs/ is for.
    """

    template = "hm/api.html"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        context = renderer_context or {}
        request, response, view = context["request"], context["response"], context["view"]
        page = {
            "name": view.get_view_name(),
            "description": view.get_view_description(),
            "method": request.method,
            "path": request.get_full_path(),
            "status": response.status_code,
            "reason": response.reason_phrase,
            "allowed": view.allowed_methods,
            "rows": _links(request.path, data),
            "body": "" if data is None else _pretty(data),
            "next": data.get("next") if isinstance(data, dict) else None,
            "previous": data.get("previous") if isinstance(data, dict) else None,
        }
        return loader.get_template(self.template).render(page, request._request)  # noqa: SLF001


def _links(path: str, data: Any) -> list[tuple[str, str]]:
    """Return (address, text) of each row of a list, so that a person can walk on from here."""
    rows = data.get("results", ()) if isinstance(data, dict) else ()
    return [
        (f"{path.rstrip('/')}/{row['id']}/", _name(row))
        for row in rows
        if isinstance(row, Mapping) and "id" in row
    ]


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("full_name") or row["id"])


def _pretty(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, cls=JSONEncoder)
