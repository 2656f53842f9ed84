"""Writing: a new article, an edit, the merge after two edits at once, the trash."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from archive.articles import operations
from archive.articles.models import Article
from archive.articles.rules.comparing import compare
from archive.pages.forms import ArticleForm, initial
from archive.pages.requests import PersonRequest, load_article, load_space
from hm_auth.access import requires

MERGED = 409  # the request conflicts with the state of the resource (RFC 9110, 15.5.10)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def new(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    form = ArticleForm(request.POST or None, space=found, initial=_blank(request))
    if request.method == "POST" and form.is_valid():
        try:
            article = operations.create(space=found, draft=form.draft(), by=request.user)
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("article", found.slug, article.slug)
    return _editor(request, {"form": form, "space": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def edit(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    form = ArticleForm(
        request.POST or None, space=article.space, article=article, initial=initial(article)
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            changed = operations.save(
                article=article, draft=form.draft(), expected_version=version, by=request.user
            )
        except operations.Conflict as conflict:
            return _merge(request, conflict)
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            if not changed:
                messages.info(request, "Nothing was changed, so there is no new revision.")
            return redirect("article", article.space.slug, article.slug)
    return _editor(request, {"form": form, "space": article.space, "article": article})


def _blank(request: PersonRequest) -> dict[str, Any]:
    return {"owner": request.user.pk, "title": request.GET.get("title", "")[:200]}


@require_POST
@requires("archive.open")
def delete(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Move to the trash, from where it comes back."""
    article = load_article(request, space, slug, "archive.write")
    return _trash(request, article, operations.move_to_trash, "is in the trash now.")


@require_POST
@requires("archive.open")
def undelete(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    return _trash(request, article, operations.take_from_trash, "is back.")


def _trash(request: PersonRequest, article: Article, operation: Any, done: str) -> HttpResponse:
    try:
        operation(article=article)
    except operations.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{article}” {done}")
    return redirect("article", article.space.slug, article.slug)


def _merge(request: PersonRequest, conflict: operations.Conflict) -> HttpResponse:
    """Show the editor again, with both texts in it, based on the version stored now."""
    current, draft = conflict.current, conflict.draft
    typed = {
        "title": conflict.title,
        "source": conflict.merged.text,
        "parent": draft.parent_id,
        "visibility": conflict.visibility,
        "tags": ", ".join(conflict.tags),
        "kind": current.kind,
        "owner": current.owner_id,
        "review_on": current.review_on,
        "pinned": current.pinned,
        "comment": draft.comment,
        "version": current.version,
    }
    context = {
        "form": ArticleForm(space=current.space, article=current, initial=typed),
        "space": current.space,
        "article": current,
        "conflict": conflict,
        "pieces": compare(current.source, draft.source),
    }
    return _editor(request, context, status=MERGED)


def _editor(request: PersonRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "archive/editor.html", context, status=status)
