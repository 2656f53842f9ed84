"""What the editor asks for while somebody writes: keep, discard, preview, who else is here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from archive.articles.models import LONGEST, Article
from archive.articles.rendering import render as render_markdown
from archive.articles.rules.merging import for_reading
from archive.drafts import operations
from archive.pages.forms import ArticleForm
from archive.pages.requests import load_article, load_space
from archive.spaces.models import Space
from hm_auth import directory
from hm_auth.access import requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest

SUGGESTIONS = 8
FIELDS = tuple(name for name in ArticleForm.base_fields if name != "version")


class VersionForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)


@require_POST
@requires("archive.open")
def keep(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Keep the draft, and say whether the article was saved by somebody else meanwhile."""
    article = load_article(request, space, slug, "archive.write")
    form = VersionForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    version = form.cleaned_data["version"]
    operations.keep(
        space=article.space, article=article, base_version=version, typed=_typed(request),
        by=request.user,
    )  # fmt: skip
    return render(request, "archive/drafts/kept.html")


@require_POST
@requires("archive.open")
def keep_new(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    operations.keep(
        space=found, article=None, base_version=None, typed=_typed(request), by=request.user
    )
    return render(request, "archive/drafts/kept.html")


@require_POST
@requires("archive.open")
def discard(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    operations.discard(space=article.space, article=article, by=request.user)
    return redirect("article-edit", article.space.slug, article.slug)


@require_POST
@requires("archive.open")
def discard_new(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    operations.discard(space=found, article=None, by=request.user)
    return redirect("article-new", found.slug)


@require_POST
@requires("archive.open")
def presence(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The heartbeat of an open editor; answers who else is writing, and what was saved."""
    article = load_article(request, space, slug, "archive.write")
    others = operations.heartbeat(article=article, by=request.user)
    form = VersionForm(request.POST)
    newer = form.is_valid() and article.version > form.cleaned_data["version"]
    context = {"others": others, "article": article, "newer": newer}
    return render(request, "archive/drafts/presence.html", context)


@require_POST
@requires("archive.open")
def preview(request: PersonRequest, space: str) -> HttpResponse:
    """What the text will look like, by the renderer that saving uses."""
    found = load_space(request, space, "archive.write")
    source = request.POST.get("source", "")
    if len(source) > LONGEST:
        return HttpResponseBadRequest()
    text = for_reading(source.replace("\r\n", "\n"))
    html = render_markdown(text, found.slug).html
    return render(request, "archive/drafts/preview.html", {"article": Article(html=html)})


@require_safe
@requires("archive.open")
def complete(request: PersonRequest, space: str) -> HttpResponse:
    """What ``[[`` or ``@`` may become: articles and companies whose name has what was typed."""
    found = load_space(request, space, "archive.write")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    companies = request.GET.get("kind") == "company"
    rows = _companies(request, typed) if companies else _articles(request, found, typed)
    return JsonResponse({"results": rows[:SUGGESTIONS]})


def _articles(request: PersonRequest, space: Space, typed: str) -> list[dict[str, str]]:
    rows = Article.objects.visible_to(request.user).current().filter(title__icontains=typed)
    rows = rows.select_related("space").only("title", "space__slug", "space__name")
    # What brackets and bars end cannot be a link's title.
    usable = rows.exclude(title__regex=r"[][|]")
    here = list(usable.filter(space=space).order_by("title", "id")[:SUGGESTIONS])
    if len(here) < SUGGESTIONS:
        here += usable.exclude(space=space).order_by("title", "id")[: SUGGESTIONS - len(here)]
    return [
        {
            "label": row.title,
            "hint": "" if row.space_id == space.pk else row.space.name,
            "text": f"[[{'' if row.space_id == space.pk else f'{row.space.slug}:'}{row.title}]]",
        }
        for row in here
    ]


def _companies(request: PersonRequest, typed: str) -> list[dict[str, str]]:
    """Return companies that have a space as links to it, then others that Nexus knows by name."""
    spaces = Space.objects.visible_to(request.user).exclude(company_id=None)
    found = list(spaces.filter(name__icontains=typed).order_by("name")[:SUGGESTIONS])
    rows = [
        {"label": row.name, "hint": "Space", "text": f"[{_escaped(row.name)}](/spaces/{row.slug})"}
        for row in found
    ]
    if len(rows) < SUGGESTIONS and typed:
        known = set(spaces.values_list("company_id", flat=True))
        rows += [
            {"label": row["name"], "hint": "", "text": _escaped(row["name"])}
            for row in _of_nexus(request, typed)
            if row["id"] not in {str(each) for each in known}
        ]
    return rows


def _of_nexus(request: PersonRequest, typed: str) -> list[Any]:
    wanted = {"search": typed, "fields": "id,name", "limit": str(SUGGESTIONS)}
    try:
        return list(directory.companies(request.caller, **wanted).data["results"])
    except (NexusRefused, NexusUnavailable):
        return []  # completion is comfort: the spaces are enough


def _escaped(name: str) -> str:
    return "".join(f"\\{c}" if c in r"\[]*_`<" else c for c in name)


def _typed(request: PersonRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in FIELDS if name in request.POST}
