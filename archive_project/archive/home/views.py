"""The home page of Archive."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hm_auth.access import requires


@require_safe
@requires("archive.open")
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and what Archive has for them."""
    return render(request, "archive/home.html")
