"""Import into a space, with a preview; export an article or a space."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from archive.articles.models import Article
from archive.exchange import exporting, files, importing
from archive.pages.requests import PersonRequest, load_article, load_space
from hm_auth.access import requires


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
        except files.Refused as error:
            form.add_error("file", str(error))
        else:
            context["dry"] = dry
            context["report"] = importing.run(
                space=found, files=read, left_out=left_out, by=request.user, dry=dry
            )
    return render(request, "archive/import.html", context)


@require_safe
@requires("archive.open")
def article(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    found = load_article(request, space, slug, "archive.internal")
    return _download(exporting.as_markdown(found).encode(), f"{found.slug}.md", "text/markdown")


@require_safe
@requires("archive.open")
def space(request: PersonRequest, space: str) -> HttpResponse:
    found = load_space(request, space, "archive.internal")
    rows = Article.objects.visible_to(request.user).current().filter(space=found).defer("search")
    return _download(exporting.as_zip(found, rows), f"{found.slug}.zip", "application/zip")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)
