"""Addresses that answer with and without the trailing slash: a POST cannot follow a redirect.

The form with the slash is the named and documented one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """A router whose every address also works without its last slash."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = super().get_urls()
        return [*urls, *(_alias(url) for url in urls if isinstance(url, URLPattern))]


def both(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """Return the patterns of ``route``, which ends in a slash, and of its form without."""
    return [path(route, view, name=name), path(route.removesuffix("/"), view)]


def _alias(url: URLPattern) -> URLPattern:
    return re_path(re.sub(r"/\$$", r"$", str(url.pattern)), url.callback)
