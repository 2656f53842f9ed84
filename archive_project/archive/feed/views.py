"""The feed, and the page that says how to follow it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.db.models.functions import Left
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

from archive.articles.models import Article
from archive.articles.queries import ArticleQuerySet
from archive.feed.atom import absolute, as_atom
from archive.pages.requests import load_space
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.api_tokens import accepts_api_token
from hm_auth.requests import PersonRequest

LATEST = 50
OPENING = 2000  # characters of the stored HTML, for a summary of a few lines


class Choice(forms.Form):
    """What a feed is narrowed to."""

    space = forms.SlugField(required=False, max_length=100)
    tag = forms.CharField(required=False, max_length=40)


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of one space, of one tag, of both, or of all that its reader may see."""

    space: Space | None
    tag: str

    @property
    def title(self) -> str:
        return " · ".join(
            filter(None, (self.space.name if self.space else "", self.tag, "Archive"))
        )

    @property
    def page(self) -> str:
        return reverse("space", args=[self.space.slug]) if self.space else reverse("recent")

    @property
    def address(self) -> str:
        chosen = {"space": self.space.slug if self.space else "", "tag": self.tag}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return reverse("feed") + (f"?{query}" if query else "")

    def of(self, rows: ArticleQuerySet) -> ArticleQuerySet:
        """Cut ``rows`` to what this feed is of."""
        if self.space:
            rows = rows.filter(space=self.space)
        return rows.filter(tags__contains=[self.tag]) if self.tag else rows


@require_safe
@conditional_page
@accepts_api_token
@requires("archive.open")
def feed(request: PersonRequest) -> HttpResponse:
    """The latest articles of a space (``?space=``), with a tag (``?tag=``), or of all.

    Its entity tag is of what it says, so that an article that went to the trash changes it, too.
    """
    wanted = _wanted(request)
    rows = wanted.of(Article.objects.visible_to(request.user).current()).for_lists()
    latest = rows.select_related("space").annotate(opening=Left("html", OPENING))
    atom = as_atom(
        latest.order_by("-updated_at", "-id")[:LATEST],
        user=request.user,
        title=wanted.title,
        page=wanted.page,
        address=wanted.address,
    )
    response = HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response


@require_safe
@requires("archive.open")
def subscribe(request: PersonRequest) -> HttpResponse:
    """How to follow it in a feed reader."""
    wanted = _wanted(request)
    context = {"feed": wanted, "address": absolute(wanted.address)}
    return render(request, "archive/feed/subscribe.html", context)


def _wanted(request: PersonRequest) -> Feed:
    """Return the feed that was asked for. Raises Http404, also for a space not to be known of."""
    form = Choice(request.GET)
    if not form.is_valid():
        raise Http404
    slug, tag = form.cleaned_data["space"], form.cleaned_data["tag"]
    return Feed(load_space(request, slug) if slug else None, " ".join(tag.lower().split()))
