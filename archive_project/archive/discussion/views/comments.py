"""Saying something, changing and deleting one's own, settling a thread, "was this helpful"."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from archive.articles.models import Article
from archive.discussion import operations
from archive.discussion.forms import CommentForm
from archive.discussion.models import Comment
from archive.pages.requests import load_article
from hm_auth.access import load_or_404, may, requires
from hm_auth.requests import PersonRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def new(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Say something; the form stands below the article, this page shows it when refused."""
    article = load_article(request, space, slug)
    asked = request.POST.get("thread") or request.GET.get("thread")
    thread = _load(request, pk=asked, article=article) if asked else None
    choose = thread is None and may(request.user, "archive.internal")
    form = CommentForm(
        request.POST or None, choose_readers=choose,
        initial={"thread": thread.pk if thread else None},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.comment(
                article=article, text=form.cleaned_data["text"], by=request.user, thread=thread,
                internal=form.cleaned_data.get("internal", False),
            )  # fmt: skip
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"{_address(article)}#comment-{made.pk}")
    title = "Answer" if thread else "Comment"
    return _form(request, form, article, title, thread.text if thread else "")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def edit(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    comment = _own(request, pk)
    form = CommentForm(request.POST or None, choose_readers=False, initial={"text": comment.text})
    if request.method == "POST" and form.is_valid():
        operations.edit(comment=comment, text=form.cleaned_data["text"])
        return redirect(f"{_address(comment.article)}#comment-{comment.pk}")
    return _form(request, form, comment.article, "Change the comment")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def delete(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then delete. Administrators may delete what others said."""
    comment = _load(request, pk=pk)
    if comment.author_id != request.user.pk and not may(request.user, "archive.manage"):
        raise PermissionDenied
    address = f"{_address(comment.article)}#comments"
    if request.method == "POST":
        try:
            operations.delete(comment=comment)
        except operations.NotPossible as error:
            messages.error(request, str(error))
        return redirect(address)
    context = {
        "title": "Delete the comment?", "question": comment.text, "submit_label": "Delete",
        "cancel_url": address, "danger": True,
    }  # fmt: skip
    return render(request, "hm/confirm.html", context)


@require_POST
@requires("archive.open")
def resolve(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Settle a thread or open it again: its author, and whoever writes articles."""
    comment = _load(request, pk=pk)
    if comment.author_id != request.user.pk and not may(request.user, "archive.write"):
        raise PermissionDenied
    operations.resolve(comment=comment, done=request.POST.get("done") == "1", by=request.user)
    return redirect(f"{_address(comment.article)}#comment-{comment.pk}")


@require_POST
@requires("archive.open")
def vote(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """Say whether the article helped."""
    article = load_article(request, space, slug)
    operations.vote(article=article, helpful=request.POST.get("helpful") == "1", by=request.user)
    return redirect(f"{_address(article)}#helpful")


def _own(request: PersonRequest, pk: uuid.UUID) -> Comment:
    comment = _load(request, pk=pk)
    if comment.author_id != request.user.pk:
        raise PermissionDenied
    return comment


def _load(request: PersonRequest, **lookup: Any) -> Comment:
    rows = Comment.objects.visible_to(request.user).select_related("article__space")
    return load_or_404(rows, **lookup)


def _address(article: Article) -> str:
    return reverse("article", args=[article.space.slug, article.slug])


def _form(
    request: PersonRequest, form: CommentForm, article: Article, title: str, intro: str = ""
) -> HttpResponse:
    context = {
        "form": form, "title": f"{title}: {article}", "intro": intro,
        "cancel_url": f"{_address(article)}#comments",
    }  # fmt: skip
    return render(request, "hm/form.html", context)
