"""Writing: a new article, an edit, the merge after two edits at once, the trash."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from archive.articles import deleting, operations
from archive.articles.models import Article
from archive.articles.rules.comparing import compare
from archive.drafts import operations as drafts
from archive.pages.forms import ArticleForm, initial
from archive.pages.requests import load_article, load_space
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.requests import PersonRequest

FOR_GOOD = (
    "All its revisions, comments and files go with it, and nothing brings them back. That you "
    "deleted it is kept."
)
MERGED = 409  # the request conflicts with the state of the resource (RFC 9110, 15.5.10)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def new(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    first = _first(request, found, None, _blank(request))
    form = ArticleForm(request.POST or None, space=found, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            article = drafts.publish_new(
                space=found, draft=form.draft(), by=request.user, from_draft=_continues(request)
            )
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("article", found.slug, article.slug)
    return _editor(request, {"form": form, "space": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def edit(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    first = _first(request, article.space, article, initial(article))
    form = ArticleForm(request.POST or None, space=article.space, article=article, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            changed = drafts.publish(
                article=article, draft=form.draft(), by=request.user,
                expected_version=form.cleaned_data["version"], from_draft=_continues(request),
            )  # fmt: skip
        except operations.Conflict as conflict:
            return _merge(request, conflict)
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            if not changed:
                messages.info(request, "Nothing was changed, so there is no new revision.")
            return redirect("article", article.space.slug, article.slug)
    return _editor(request, {"form": form, "space": article.space, "article": article})


def _continues(request: PersonRequest) -> bool:
    """Tell whether the editor keeps the draft; it does not while an older one is only offered."""
    return "draft" in request.GET or "draft" in request.POST


def _first(
    request: PersonRequest, space: Space, article: Article | None, stored: dict[str, Any]
) -> dict[str, Any]:
    """Return what the editor opens with: what is stored, or the draft taken up again."""
    if "draft" not in request.GET or request.method == "POST":
        return stored
    draft = drafts.kept(space=space, article=article, by=request.user)
    if draft is None:
        return stored
    return {**stored, "pinned": False, **draft.typed, "version": draft.base_version}


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


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def delete_for_good(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Ask, then delete what is in the trash, with its revisions and files."""
    article = load_article(request, space, slug, "archive.manage")
    if request.method == "POST":
        try:
            deleting.delete_for_good(article=article, by=request.user)
        except operations.NotPossible as error:
            messages.error(request, str(error))
            return redirect("article", article.space.slug, article.slug)
        messages.success(request, f"“{article}” is deleted for good.")
        return redirect("trash", article.space.slug)
    context = {
        "title": f"Delete “{article}” for good?", "question": FOR_GOOD, "danger": True,
        "submit_label": "Delete for good",
        "cancel_url": reverse("article", args=[article.space.slug, article.slug]),
    }  # fmt: skip
    return render(request, "hm/confirm.html", context)


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
    facts = draft.facts or operations.Facts.of(current)
    typed = {
        "title": conflict.title,
        "source": conflict.merged.text,
        "parent": draft.parent_id,
        "visibility": conflict.visibility,
        "tags": ", ".join(conflict.tags),
        "kind": facts.kind,
        "owner": facts.owner_id,
        "review_on": facts.review_on,
        "pinned": facts.pinned,
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
    """Show the editor; a draft from before is offered, and not overwritten until it was chosen."""
    if not _continues(request):
        context["offer"] = drafts.kept(
            space=context["space"], article=context.get("article"), by=request.user
        )
    return render(request, "archive/editor.html", context, status=status)
