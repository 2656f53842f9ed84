"""An article on paper and as a file; a space as a file."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from archive.articles.models import Article
from archive.attachments.models import Attachment
from archive.exchange import exporting, page
from archive.pages.requests import load_article, load_space
from archive.spaces.models import Space
from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest


@require_safe
@requires("archive.open")
def printed(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The article on paper: nothing around it, link addresses written out."""
    found = load_article(request, space, slug)
    if (found.space.slug, found.slug) != (space, slug):
        return redirect("article-print", found.space.slug, found.slug)
    context = {"article": found, "author": _author(request.user, found)}
    return render(request, "archive/print.html", context)


@require_safe
@requires("archive.open")
def html(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    """The article as one HTML file that needs nothing else."""
    found = load_article(request, space, slug)
    return html_of(found, request.user)


@require_safe
@requires("archive.open")
def article(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    found = load_article(request, space, slug, "archive.internal")
    content = exporting.as_markdown(found).encode()
    return _download(content, f"{found.slug}.md", "text/markdown; charset=utf-8")


@require_safe
@requires("archive.open")
def article_zip(request: PersonRequest, space: str, slug: str) -> HttpResponseBase:
    """The article with its files."""
    found = load_article(request, space, slug, "archive.internal")
    return zipped(request.user, found.space, Article.objects.filter(pk=found.pk), found.slug)


@require_safe
@requires("archive.open")
def space(request: PersonRequest, space: str) -> HttpResponseBase:
    found = load_space(request, space, "archive.internal")
    rows = Article.objects.filter(space=found)
    return zipped(request.user, found, rows, found.slug)


def zipped(user: Any, space: Space, rows: Any, name: str) -> FileResponse:
    """Answer the ZIP of ``rows``, cut to what ``user`` may see, from a file that is gone after."""
    readable = Article.objects.visible_to(user).current().filter(pk__in=rows.values("pk"))
    attached = Attachment.objects.visible_to(user).current().filter(article__in=readable)
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    exporting.write_zip(out, space, readable.defer("html", "search", "names", "words"), attached)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.zip")


def html_of(article: Article, user: Any) -> HttpResponse:
    """Answer ``article`` as one HTML file, with the pictures that ``user`` may see."""
    rows = Attachment.objects.visible_to(user).filter(pk__in=page.pictures_of(article.html))
    pictures = {str(row.pk): row for row in rows}
    text = page.as_html(article, pictures, author=_author(user, article))
    return _download(text.encode(), f"{article.slug}.html", "text/html; charset=utf-8")


def _author(user: Any, article: Article) -> str:
    return article.changed_by if may(user, "archive.internal") else ""


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)
