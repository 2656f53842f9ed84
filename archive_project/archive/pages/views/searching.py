"""Searching, what one reads and stars, and what nobody found."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from archive.articles.models import Article
from archive.pages.requests import load_article
from archive.pages.results import newest
from archive.pages.results import search as search_articles
from archive.pages.search_form import SearchForm
from archive.search import operations
from archive.search.models import Miss
from archive.search.queries import narrowed
from archive.spaces.models import Space
from hm_auth.access import may, requires
from hm_auth.replica import may_lag
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50


@require_safe
@requires("archive.open")
@may_lag
def search(request: PersonRequest) -> HttpResponse:
    """Articles for words, filters, or both."""
    spaces = Space.objects.visible_to(request.user)
    form = SearchForm(
        request.GET, user=request.user,
        spaces=spaces,
    )  # fmt: skip
    form.is_valid()
    filters, text = form.filters(), form.cleaned_data.get("q", "")
    page = form.cleaned_data.get("page") or 1
    readable = narrowed(Article.objects.visible_to(request.user).current(), filters)
    languages = list(spaces.values_list("language", flat=True).distinct())
    results = (
        search_articles(readable, text, languages, page) if text else newest(readable, filters)
    )
    if text and not results.rows and not filters and page == 1:
        operations.missed(text=text)
    context = {"text": text, "results": results, "form": form, "narrowed": bool(filters)}
    address = request.GET.copy()
    address["page"] = str(page + 1)
    return render(request, "archive/search.html", {**context, "next": address.urlencode()})


@require_safe
@requires("archive.open")
def reading(request: PersonRequest) -> HttpResponse:
    """What the reader starred, and what they opened lately."""
    rows = Article.objects.visible_to(request.user).current().for_lists().select_related("space")
    mine = rows.filter(readings__user_id=request.user.pk)
    context = {
        "starred": mine.filter(readings__starred=True).order_by("title", "id")[:PAGE],
        "opened": mine.order_by("-readings__seen_at", "id")[:PAGE],
    }
    return render(request, "archive/reading.html", context)


@require_POST
@requires("archive.open")
def star(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug)
    operations.star(article_id=article.pk, on=request.POST.get("on") == "1", by=request.user)
    return redirect("article", article.space.slug, article.slug)


@require_safe
@requires("archive.open")
def missed(request: PersonRequest) -> HttpResponse:
    """What was looked for and not found: what to write next."""
    if not may(request.user, "archive.internal"):
        raise PermissionDenied
    page = keyset_page(Miss.objects.all(), ("-last_at", "-id"), request.GET.get("after"), PAGE)
    return render(request, "archive/missed.html", {"page": page})
