"""The site map of the sample module."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe

from hm_auth.access import requires
from hm_auth.api_tokens import accepts_api_token


@requires("account.own")
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "hm/base.html")


@requires("account.own")
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.username} {request.user.permission_level}")


@requires("sample.special")
def special(request: HttpRequest) -> HttpResponse:
    return HttpResponse("special")


def note(request: HttpRequest) -> HttpResponse:
    request.session["note"] = request.GET["text"]
    return HttpResponse("noted")


@require_safe
@accepts_api_token
@requires("sample.special")
def feed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.username} {request.caller.key}")


urlpatterns = [
    path("feed", feed),
    path("", home, name="home"),
    path("plain", plain),
    path("special", special),
    path("note", note),
    path("", include("hm_auth.urls")),
    path("", include("hm_auth.webhooks.urls")),
]

handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
