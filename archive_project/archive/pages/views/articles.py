"""The page of an article."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from archive.articles.models import Article
from archive.attachments.models import Attachment
from archive.discussion.reading import threads
from archive.links.reading import leading_to
from archive.pages.beside import Beside
from archive.pages.requests import load_article
from archive.search.operations import remember
from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest

MOST_BACKLINKS = 50


@require_safe
@requires("archive.open")
def article(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The rendered article: two queries beside the session's, and one each for what hangs on it.

    That is: what links to it, its files, its comments. Without any, nothing is asked for them.
    """
    found = load_article(request, space, slug, beside=Beside.asked_by(request.user.pk))
    if (found.space.slug, found.slug) != (space, slug):
        return redirect("article", found.space.slug, found.slug)
    beside = Beside.told(found.beside)  # type: ignore[attr-defined]
    remember(article_id=found.pk, by=request.user, last=beside.seen_at)
    context = {
        "article": found,
        "space": found.space,
        "beside": beside,
        "backlinks": _backlinks(request, found) if beside.linked else [],
        "files": _files(request, found) if beside.files else [],
        "threads": threads(found, request.user) if beside.comments else [],
    }
    return render(request, "archive/article.html", context)


def _backlinks(request: PersonRequest, article: Article) -> list[Article]:
    readable = Article.objects.visible_to(request.user).select_related("space")
    rows = leading_to(readable, article.pk).only("title", "slug", "space__name", "space__slug")
    return list(rows.order_by("title", "id")[:MOST_BACKLINKS])


def _files(request: PersonRequest, article: Article) -> list[Attachment]:
    rows = Attachment.objects.visible_to(request.user).current().filter(article=article)
    return list(rows.order_by("name", "created_at"))


@require_safe
@requires("archive.open")
def by_id(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Lead to the article wherever it is now: the address for other programs."""
    rows = Article.objects.visible_to(request.user).select_related("space")
    found = load_or_404(rows.for_lists(), pk=pk)
    return redirect("article", found.space.slug, found.slug)
