"""The home page of Treasury."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hm_auth.access import requires


@require_safe
@requires("treasury.open")
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and what Treasury has for them."""
    return render(request, "treasury/home.html")
