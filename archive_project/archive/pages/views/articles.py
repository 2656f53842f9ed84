"""The page of an article."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.pages.requests import PersonRequest, load_article
from hm_auth.access import requires


@require_safe
@requires("archive.open")
def article(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The rendered article: one query beside the session's."""
    found = load_article(request, space, slug)
    return render(request, "archive/article.html", {"article": found, "space": found.space})
