"""The own API tokens: making one, whose secret is shown once, and revoking one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hm_auth.access import load_or_404, requires
from nexus.api_tokens import operations
from nexus.api_tokens.views import new_token_page
from nexus.pages.requests import PersonRequest

METHODS = ["GET", "HEAD", "POST"]
INTRO = (
    "A program signs in with it as you, without your password, and may what you may. "
    "For a program that should see less, ask an administrator for an account of its own."
)


@requires("account.own")
@require_http_methods(METHODS)
def new(request: PersonRequest) -> HttpResponse:
    return new_token_page(
        request, request.user, title="New API token", intro=INTRO, back_url=reverse("account")
    )


@requires("account.own")
@require_http_methods(METHODS)
def revoke(request: PersonRequest, token_id: uuid.UUID) -> HttpResponse:
    token = load_or_404(request.user.api_tokens.all(), id=token_id)
    if request.method == "POST":
        operations.revoke(token=token, by=request.user)
        messages.success(request, f"{token.name} is revoked.")
        return redirect("account")
    context = {
        "title": f"Revoke {token.name}?",
        "question": "The program that has it stops working, at once here and within ten minutes "
        "in the other services. This cannot be undone.",
        "submit_label": "Revoke",
        "danger": True,
        "cancel_url": reverse("account"),
    }
    return render(request, "hm/confirm.html", context)
