"""The own account: who you are, your password, and everywhere you are signed in."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from hm_auth.access import load_or_404, requires
from nexus.accounts.operations import sign_out_everywhere
from nexus.accounts.own_password import change_own_password
from nexus.pages.forms import OwnPasswordForm
from nexus.pages.requests import PersonRequest
from nexus.pages.sessions import own_sessions
from nexus.signins.exceptions import InvalidCredentials, TooManyAttempts
from nexus.signins.models import SignIn
from nexus.signins.operations import end_sign_ins


@requires("account.own")
@require_safe
def account(request: PersonRequest) -> HttpResponse:
    return _page(request, OwnPasswordForm(request.user))


def _page(request: PersonRequest, form: OwnPasswordForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "sessions": own_sessions(request.user, current=request.sign_in.pk),
        "api_tokens": request.user.api_tokens.live(now=timezone.now()).latest_first(),
    }
    return render(request, "nexus/account.html", context, status=status)


@requires("account.own")
@sensitive_post_parameters()
@require_POST
def password(request: PersonRequest) -> HttpResponse:
    form = OwnPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        change_own_password(
            user=request.user,
            current=form.cleaned_data["current"],
            new=form.cleaned_data["new_password1"],
            ip=request.META["REMOTE_ADDR"],
            keep=request.sign_in,
        )
    except InvalidCredentials:
        form.add_error("current", "This is not your current password.")
        return _page(request, form, status=422)
    except TooManyAttempts as refused:
        form.add_error("current", refused.detail)
        return _page(request, form, status=refused.status)
    request.session.cycle_key()  # whoever has copied the cookie is out as well
    messages.success(request, "Your password is changed. Your other sessions are signed out.")
    return redirect("account")


@requires("account.own")
@require_POST
def end_session(request: PersonRequest, sign_in_id: uuid.UUID) -> HttpResponse:
    row = load_or_404(
        SignIn.objects.live(now=timezone.now()).of_people().filter(user=request.user), id=sign_in_id
    )
    end_sign_ins(sign_ins=[row], by=request.user, ip=request.META["REMOTE_ADDR"])
    messages.success(request, "That session is signed out.")
    return redirect("account")


@requires("account.own")
@require_POST
def end_sessions(request: PersonRequest) -> HttpResponse:
    """End all other sessions, or with ``all`` this one too."""
    if "all" in request.POST:
        sign_out_everywhere(user=request.user, by=request.user)
        messages.success(request, "You are signed out everywhere, and your API tokens are revoked.")
        return redirect("hm_auth:login")
    others = SignIn.objects.of_people().filter(user=request.user).exclude(id=request.sign_in.pk)
    end_sign_ins(sign_ins=others, by=request.user, ip=request.META["REMOTE_ADDR"])
    messages.success(request, "All your other sessions are signed out.")
    return redirect("account")
