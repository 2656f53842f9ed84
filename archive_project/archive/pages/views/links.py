"""Following a wiki link, and the links that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive.articles.models import Article
from archive.links.models import Link
from archive.links.reading import orphans as without_links
from archive.links.reading import titled
from archive.links.rules.wiki import target
from archive.pages.requests import load_space
from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50


@require_safe
@requires("archive.open")
def go(request: PersonRequest, space: str, title: str) -> HttpResponse:
    """Lead to the article that ``[[title]]`` means; whoever writes may begin it."""
    where = load_space(request, space)
    readable = Article.objects.visible_to(request.user).select_related("space").for_lists()
    found = titled(readable, where, title).order_by("created_at", "id").first()
    if found is not None:
        return redirect("article", found.space.slug, found.slug)
    if not may(request.user, "archive.write"):
        raise Http404
    return redirect(f"{reverse('article-new', args=[space])}?{urlencode({'title': title})}")


@require_safe
@requires("archive.open")
def broken(request: PersonRequest) -> HttpResponse:
    """Links to addresses and spaces that are not there, or to articles in the trash."""
    _demand_staff(request)
    rows = Link.objects.filter(
        Q(target=None, title="") | Q(target=None, space=None) | Q(target__deleted_at__isnull=False),
        source__deleted_at=None,
    )
    rows = rows.select_related("source__space").defer(
        "source__source", "source__html", "source__search", "source__names", "source__words"
    )
    page = keyset_page(rows, ("id",), request.GET.get("after"), PAGE)
    return render(request, "archive/links.html", {"page": page, "tab": "broken"})


@require_safe
@requires("archive.open")
def wanted(request: PersonRequest) -> HttpResponse:
    """Titles that are linked and not written, the most wanted first."""
    _demand_staff(request)
    rows = Link.objects.filter(target=None, source__deleted_at=None, space__isnull=False)
    titles = rows.exclude(title="").values("title", "space__slug", "space__name")
    found = titles.annotate(times=Count("id"), href=Min("href"))
    most = [_as_written(row) for row in found.order_by("-times", "title", "space__slug")[:200]]
    return render(request, "archive/links.html", {"wanted": most, "tab": "wanted"})


@require_safe
@requires("archive.open")
def orphans(request: PersonRequest) -> HttpResponse:
    """Articles nothing leads to."""
    _demand_staff(request)
    readable = Article.objects.visible_to(request.user).for_lists().select_related("space")
    rows = without_links(readable)
    page = keyset_page(rows, ("-updated_at", "-id"), request.GET.get("after"), PAGE)
    return render(request, "archive/links.html", {"page": page, "tab": "orphans"})


def _as_written(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its title as somebody wrote it; stored are small letters."""
    meant = target(row["href"])
    return {**row, "title": meant.title if meant and meant.title else row["title"]}


def _demand_staff(request: PersonRequest) -> None:
    if not may(request.user, "archive.internal"):
        raise PermissionDenied
