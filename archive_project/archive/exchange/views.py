"""Import into a space, with a preview; an article on paper, as a file; a space as a file."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from archive.articles.models import Article
from archive.attachments.models import Attachment
from archive.exchange import exporting, files, importing, page
from archive.pages.requests import load_article, load_space
from archive.spaces.models import Space
from hm_auth.access import may, requires
from hm_auth.requests import PersonRequest


class ImportForm(forms.Form):
    file = forms.FileField(
        label="ZIP file", help_text="Markdown, HTML (Confluence, BookStack, IT Glue) and DOCX."
    )
    dry = forms.BooleanField(
        required=False, initial=True, label="Only show what would happen; nothing is saved"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def bring_in(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.write")
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "space": found}
    if request.method == "POST" and form.is_valid():
        dry = form.cleaned_data["dry"]
        try:
            read, left_out = files.of_zip(form.cleaned_data["file"].read())
            context["report"] = importing.run(
                space=found, files=read, left_out=left_out, by=request.user, dry=dry
            )
        except files.Refused as error:
            form.add_error("file", str(error))
        else:
            context["dry"] = dry
    return render(request, "archive/import.html", context)


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
