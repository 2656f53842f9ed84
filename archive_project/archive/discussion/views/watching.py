"""Watching articles and spaces, and how often mail comes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from archive.articles.models import Article
from archive.discussion import operations
from archive.discussion.forms import FrequencyForm
from archive.discussion.models import Digest, Frequency, Watch
from archive.pages.requests import load_article, load_space
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.requests import PersonRequest


@require_POST
@requires("archive.open")
def article(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    found = load_article(request, space, slug)
    on = request.POST.get("on") == "1"
    operations.watch(on=on, by=request.user, article=found)
    _say(request, on)
    return redirect("article", found.space.slug, found.slug)


@require_POST
@requires("archive.open")
def space(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space)
    on = request.POST.get("on") == "1"
    operations.watch(on=on, by=request.user, space=found)
    _say(request, on)
    return redirect("space", found.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def watching(request: PersonRequest) -> HttpResponse:
    """What the person watches and may still read, and how often mail comes."""
    digest = Digest.objects.filter(pk=request.user.pk).first()
    now = digest.frequency if digest else Frequency.DAILY.value
    form = FrequencyForm(request.POST or None, initial={"frequency": now})
    if request.method == "POST" and form.is_valid():
        operations.choose_frequency(frequency=form.cleaned_data["frequency"], by=request.user)
        messages.success(request, "Saved.")
        return redirect("watching")
    mine = Watch.objects.filter(user_id=request.user.pk)
    rows = Article.objects.visible_to(request.user).current().for_lists().select_related("space")
    context = {
        "form": form,
        "spaces": Space.objects.visible_to(request.user).filter(
            pk__in=mine.values("space")
        ).order_by("name"),
        "articles": rows.filter(pk__in=mine.values("article")).order_by("title", "id"),
    }  # fmt: skip
    return render(request, "archive/discussion/watching.html", context)


def _say(request: PersonRequest, on: bool) -> None:
    if on:
        messages.success(request, "You get mail when others change something here.")
    else:
        messages.info(request, "You get no more mail about this.")
