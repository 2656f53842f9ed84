"""One view, two answers: the whole page, or the part of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def render_page_or_part(
    request: HttpRequest, template: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """Render ``part`` for an htmx request, else ``template``.

    Going back in the browser asks for the whole page again, although htmx is the one who asks.
    """
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    chosen = part if htmx and not htmx.history_restore_request else template
    response = render(request, chosen, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
