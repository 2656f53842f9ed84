"""Finding an article: home, the tree of a space, what changed lately, search, the trash."""

from __future__ import annotations

from django.db.models import Case, F, When
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.articles.models import Article
from archive.articles.rules.tree import tree
from archive.discussion.reading import is_watched
from archive.pages.elsewhere import pages_of
from archive.pages.requests import load_space
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

RECENT = ("-updated_at", "-id")
ON_HOME, PINNED = 8, 12
# The staff's spaces, then those for everybody, then the companies'.
OWN_LAST = Case(When(kind="internal", then=0), When(kind="shared", then=1), default=2)
PAGE = 50


@require_safe
@requires("archive.open")
def home(request: PersonRequest) -> HttpResponse:
    """The spaces, what is pinned, and what changed lately."""
    rows = Article.objects.visible_to(request.user).current().for_lists().select_related("space")
    context = {
        "spaces": Space.objects.visible_to(request.user).order_by(OWN_LAST, "name"),
        "pinned": rows.filter(pinned=True).order_by("title", "id")[:PINNED],
        "recent": rows.order_by(*RECENT)[:ON_HOME],
    }
    return render(request, "archive/home.html", context)


@require_safe
@requires("archive.open")
def recent(request: PersonRequest) -> HttpResponse:
    rows = Article.objects.visible_to(request.user).current().for_lists().select_related("space")
    page = keyset_page(rows, RECENT, request.GET.get("after"), PAGE)
    return render(request, "archive/recent.html", {"page": page})


@require_safe
@requires("archive.open")
def space(request: PersonRequest, space: str) -> HttpResponse:
    """The tree of the space's articles."""
    found = load_space(request, space)
    rows = Article.objects.visible_to(request.user).current().filter(space=found).for_lists()
    nodes = tree(list(rows.order_by("position", "title", "id")))
    context = {
        "space": found,
        "nodes": nodes,
        "watched": is_watched(found, request.user),
        "elsewhere": pages_of(request, found.company_id),
    }
    return render(request, "archive/space.html", context)


@require_safe
@requires("archive.open")
def trash(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    rows = Article.objects.visible_to(request.user).trashed().filter(space=found).for_lists()
    rows = rows.annotate(gone_at=F("deleted_at"))  # of these none is NULL, as pages need it
    page = keyset_page(rows, ("-gone_at", "-id"), request.GET.get("after"), PAGE)
    return render(request, "archive/trash.html", {"space": found, "page": page})
