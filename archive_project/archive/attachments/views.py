"""The files of an article: the list, sending, fetching, taking off."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.articles.models import Article
from archive.attachments import operations
from archive.attachments.forms import UploadForm
from archive.attachments.models import Attachment
from archive.attachments.rules.kinds import markdown
from archive.attachments.serving import file_answer, thumbnail_answer
from archive.pages.requests import load_article
from hm_auth.access import load_or_404, requires
from hm_auth.requests import PersonRequest


@require_safe
@requires("archive.open")
def attachment(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file itself."""
    return file_answer(request, load_or_404(Attachment.objects.visible_to(request.user), pk=pk))


@require_safe
@requires("archive.open")
def thumbnail(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    found = load_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    if not found.is_picture:
        raise Http404
    return thumbnail_answer(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def files(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The list, and the form to add to it."""
    article = load_article(request, space, slug, "archive.write")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        for file in form.cleaned_data["uploads"]:
            try:
                operations.attach(name=file.name, content=file, by=request.user, article=article)
            except operations.NotPossible as error:
                form.add_error("uploads", f"{file.name}: {error}")
        if form.is_valid():
            return redirect("article-files", article.space.slug, article.slug)
    rows = Attachment.objects.visible_to(request.user).filter(article=article)
    listed = [(row, text_for(row)) for row in rows.order_by("name", "created_at")]
    context = {"article": article, "form": form, "files": listed}
    return render(request, "archive/attachments/files.html", context)


@require_POST
@requires("archive.write")
def upload(request: PersonRequest) -> HttpResponse:
    """Take a file that was pasted or dropped in the editor; answers the Markdown that shows it.

    ``article`` is its id, or empty while the article is new.
    """
    article = None
    if request.POST.get("article"):
        rows = Article.objects.visible_to(request.user).current()
        article = load_or_404(rows, pk=request.POST["article"])
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": "There is no file."}, status=400)
    try:
        made = operations.attach(
            name=file.name or "", content=file, by=request.user, article=article
        )
    except operations.NotPossible as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"markdown": text_for(made), "id": str(made.pk)}, status=201)


@require_POST
@requires("archive.write")
def remove(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    return _change(request, pk, operations.remove, "was taken off. It can be put back.")


@require_POST
@requires("archive.write")
def put_back(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    return _change(request, pk, operations.put_back, "is back.")


def text_for(attachment: Attachment) -> str:
    """Return the Markdown that shows or links the file."""
    address = reverse("attachment", args=[attachment.pk])
    return markdown(attachment.name, address, picture=attachment.is_picture)


def _change(request: PersonRequest, pk: uuid.UUID, operation: Any, done: str) -> HttpResponse:
    rows = Attachment.objects.visible_to(request.user).filter(article__isnull=False)
    found = load_or_404(rows.select_related("article__space"), pk=pk)
    operation(attachment=found)
    messages.success(request, f"“{found}” {done}")
    article: Any = found.article
    return redirect("article-files", article.space.slug, article.slug)
