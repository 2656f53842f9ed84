"""Signing in and out of Nexus."""

from __future__ import annotations

import math
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hm_auth.addresses import authorize_target, origin, safe_next
from hm_auth.forms import SignInForm
from nexus.modules.models import NEXUS, Module
from nexus.signins.browser import sign_in_browser, sign_out_browser
from nexus.signins.exceptions import InvalidCredentials, Refused
from nexus.signins.operations import end_sign_ins, open_sign_in


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page: GET shows it, POST signs in and goes on to ``next``."""
    next_path = safe_next(request)
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(next_path)
    form = SignInForm(request.POST or None)
    status, wait = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            _sign_in(request, form)
        except Refused as refused:
            status, wait = _status(refused), refused.retry_after
            form.add_error(None, _words(refused))
        else:
            return redirect(next_path)
    response = _page(request, form, next_path, status)
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response


@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this sign-in, here and in every module."""
    row = request.sign_in  # type: ignore[attr-defined]
    if row:
        end_sign_ins(sign_ins=[row], by=row.user, ip=request.META["REMOTE_ADDR"])
    sign_out_browser(request)
    return redirect("hm_auth:login")


def _sign_in(request: HttpRequest, form: SignInForm) -> None:
    user = authenticate(request, **form.cleaned_data)
    if user is None:
        raise InvalidCredentials
    row = open_sign_in(
        proof=user.proof,  # type: ignore[attr-defined]
        module=Module.objects.get(client_id=NEXUS),
        ip=request.META["REMOTE_ADDR"],
        user_agent=request.headers.get("User-Agent", ""),
    )
    sign_in_browser(request, row)


def _page(request: HttpRequest, form: SignInForm, next_path: str, status: int) -> HttpResponse:
    context = {"form": form, "next": next_path, "reset_url": reverse("password-reset")}
    response = render(request, "hm/login.html", context, status=status)
    target = Module.objects.active().filter(client_id=authorize_target(next_path)).first()
    if target is not None:
        # Chromium applies form-action to the redirects after a form as well, and this one will be
        # sent on to the module the person comes from.
        response.csp = {"form-action": f"'self' {origin(target.url)}"}  # type: ignore[attr-defined]
    return response


def _status(refused: Refused) -> int:
    # A page that says "wrong password" is an ordinary page; a browser would ask for Basic on a 401.
    return 200 if isinstance(refused, InvalidCredentials) else refused.status


def _words(refused: Refused) -> str:
    if refused.retry_after is None:
        return refused.detail
    seconds = refused.retry_after
    if seconds < 120:
        span = ngettext("%d second", "%d seconds", seconds) % seconds
    else:
        span = f"{math.ceil(seconds / 60)} minutes"
    return f"Too many attempts. Please try again in {span}."


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """Send strangers at the door of the admin to the sign-in page with the throttle.

    Somebody signed in who may not come in is told so: the sign-in page would send them back here.
    """
    if request.user.is_authenticated and not admin.site.has_permission(request):
        return render(request, "hm/forbidden.html", status=403)
    next_path = safe_next(request, reverse("admin:index"))
    return redirect(f"{reverse('hm_auth:login')}?{urlencode({'next': next_path})}")
