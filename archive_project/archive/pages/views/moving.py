"""Moving an article, with all below it, to another space."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from archive.articles import operations
from archive.pages.requests import load_article
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.requests import PersonRequest

INTRO = (
    "The articles below it go along, and old addresses lead to the new ones. In the new space they "
    "are the staff’s until they are opened to clients there."
)


class MoveForm(forms.Form):
    space = forms.ModelChoiceField(queryset=Space.objects.none(), label="To the space")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def move(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    form = MoveForm(request.POST or None)
    choice: Any = form.fields["space"]
    others = Space.objects.visible_to(request.user).exclude(pk=article.space_id)
    choice.queryset = others.order_by("name", "id")
    if request.method == "POST" and form.is_valid():
        try:
            operations.move(article=article, space=form.cleaned_data["space"])
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{article}” is here now.")
            return redirect("article-by-id", article.pk)
    context = {
        "form": form,
        "title": f"Move {article}",
        "intro": INTRO,
        "submit_label": "Move",
        "cancel_url": reverse("article", args=[article.space.slug, article.slug]),
    }
    return render(request, "hm/form.html", context)
