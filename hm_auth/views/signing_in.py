"""Signing in and out of a module."""

from __future__ import annotations

import logging

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hm_auth import nexus, registry
from hm_auth.addresses import authorize_target, origin, safe_next, start_url
from hm_auth.authentication import works_without_nexus
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.forms import SignInForm
from hm_auth.session import sign_in, sign_in_of

log = logging.getLogger("hm_auth")

WRONG = "The username or the password is not right."
SILENT = (
    "Sign-in is not possible at the moment: Nexus does not answer. "
    "If you are signed in already, in this or another service, you can go on working."
)
NOT_ALLOWED = "Your account may not open this service."
MISCONFIGURED = (
    "This service is not known to Nexus. Please tell your administrator: "
    "it has to be registered again."
)


@sensitive_post_parameters("password")
@never_cache
@works_without_nexus
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
            user = authenticate(request, **form.cleaned_data)
        except (NexusRefused, NexusUnavailable) as error:
            status, message, wait = _explain(error)
            form.add_error(None, message)
        else:
            if user is not None:
                sign_in(request, user.tokens)
                return redirect(next_path)
            form.add_error(None, WRONG)
    response = _page(request, form, next_path, status)
    if wait is not None:
        response["Retry-After"] = str(wait)
    return response


def _page(request: HttpRequest, form: SignInForm, next_path: str, status: int) -> HttpResponse:
    nexus_start = start_url("", from_client=registry.NEXUS, next_path=next_path)
    context = {"form": form, "next": next_path, "sso_url": nexus_start}
    response = render(request, "hm/login.html", context, status=status)
    if client_id := authorize_target(next_path):
        # Chromium applies form-action to the redirects after a form as well, and this one will be
        # sent on to the service the person comes from.
        try:
            target = registry.find(client_id)
        except (NexusRefused, NexusUnavailable):
            target = None
        if target is not None:
            response.csp = {"form-action": f"'self' {origin(target.url)}"}  # type: ignore[attr-defined]
    return response


def _explain(error: NexusRefused | NexusUnavailable) -> tuple[int, str, int | None]:
    """Return status, words and seconds to wait for what kept somebody from signing in."""
    if isinstance(error, NexusUnavailable):
        log.warning("A sign-in failed: %s", error)
        return 503, SILENT, 15
    if error.code == "too_many_attempts":
        wait = error.retry_after or 60
        return 429, f"Too many attempts. Please try again in {_span(wait)}.", wait
    if error.code == "module_not_allowed":
        return 403, NOT_ALLOWED, None
    log.error("Nexus refused a sign-in: %s %s %s", error.status, error.code, error.detail)
    return 503, MISCONFIGURED, None


def _span(seconds: int) -> str:
    if seconds < 120:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    minutes = -(-seconds // 60)
    return f"{minutes} minutes"


@works_without_nexus
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this sign-in, here and (as far as Nexus answers) in every service."""
    row = sign_in_of(request.session)
    request.session.flush()
    if row is not None:
        try:
            nexus.client.revoke(row.refresh_token)
        except (NexusRefused, NexusUnavailable) as error:
            log.warning("Signed out here only; Nexus was not told: %s", error)
    return redirect(reverse("hm_auth:login"))
