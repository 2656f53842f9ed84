"""The revisions of an article: the list, two compared, one restored."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from archive.articles import operations
from archive.articles.models import Revision
from archive.articles.rules.comparing import compare as compare_texts
from archive.articles.rules.comparing import side_by_side
from archive.pages.requests import load_article
from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50


class CompareForm(forms.Form):
    old = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    new = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    view = forms.CharField(required=False)


@require_safe
@requires("archive.open")
def history(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.internal")
    revisions = Revision.objects.filter(article=article).for_lists()
    page = keyset_page(revisions, ("-id",), request.GET.get("after"), PAGE)
    return render(request, "archive/history.html", {"article": article, "page": page})


@require_safe
@requires("archive.open")
def compare(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Two revisions by words: in one column, or side by side (``view=side``)."""
    article = load_article(request, space, slug, "archive.internal")
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404
    revisions = Revision.objects.filter(article=article)
    wanted = (form.cleaned_data["old"], form.cleaned_data["new"])
    found = {row.number: row for row in revisions.filter(number__in=wanted)}
    if not found.keys() >= set(wanted):
        raise Http404
    old, new = (found[number] for number in wanted)
    pieces = compare_texts(old.source, new.source)
    context = {
        "article": article, "old": old, "new": new, "pieces": pieces,
        "pairs": side_by_side(pieces) if form.cleaned_data["view"] == "side" else None,
    }  # fmt: skip
    return render(request, "archive/compare.html", context)


@require_POST
@requires("archive.open")
def restore(request: PersonRequest, space: str, slug: str, number: int) -> HttpResponse:
    """Save an old revision as a new one."""
    article = load_article(request, space, slug, "archive.write")
    try:
        operations.restore_revision(article=article, number=number, by=request.user)
    except Revision.DoesNotExist as error:
        raise Http404 from error
    except (operations.Conflict, operations.NotPossible) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Revision {number} is the current text again.")
    return redirect("article", article.space.slug, article.slug)
