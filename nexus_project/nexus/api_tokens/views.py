"""Making an API token: the form, and the page that shows the secret once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nexus.accounts.models import User
from nexus.api_tokens import operations
from nexus.api_tokens.forms import NewApiTokenForm


def new_token_page(
    request: HttpRequest, user: User, *, title: str, intro: str, back_url: str
) -> HttpResponse:
    """Answer with the form of a new token of ``user``, or make it and show its secret.

    The caller has checked that whoever asks may do so: oneself, or an administrator. The answer is
    a page, and no browser keeps one (``NoStoreMiddleware``).
    """
    by: Any = request.user
    form = NewApiTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.create(user=user, by=by, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context = {"token": made.token, "secret": made.secret, "back_url": back_url}
            return render(request, "api_tokens/secret.html", context)
    context = {"form": form, "title": title, "intro": intro, "cancel_url": back_url}
    context["submit_label"] = "Make it"
    return render(request, "hm/form.html", context, status=422 if form.errors else 200)
