"""The own account: who you are, your password, and everywhere you are signed in."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from hm_auth.access import load_or_404, requires
from nexus.accounts.operations import change_password
from nexus.pages.forms import OwnPasswordForm
from nexus.pages.sessions import own_sessions
from nexus.signins.operations import end_sign_ins


@requires("account.own")
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return _page(request, OwnPasswordForm(user=request.user))


def _page(request: HttpRequest, form: OwnPasswordForm, status: int = 200) -> HttpResponse:
    sessions = own_sessions(request.user, current=request.session.get("sid"))
    context = {"form": form, "sessions": sessions}
    return render(request, "nexus/account.html", context, status=status)


@requires("account.own")
@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    form = OwnPasswordForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    change_password(user=request.user, password=form.cleaned_data["new"], by=request.user)
    messages.success(request, "Your password is changed. Your other sessions are signed out.")
    return redirect("account")


@requires("account.own")
@require_POST
def end_session(request: HttpRequest, sign_in_id: uuid.UUID) -> HttpResponse:
    row = load_or_404(request.user.sign_ins.live(now=timezone.now()), id=sign_in_id)
    end_sign_ins(sign_ins=[row], by=request.user)
    messages.success(request, "That session is signed out.")
    return redirect("account")


@requires("account.own")
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    rows = request.user.sign_ins.live(now=timezone.now())
    if "others" in request.POST:
        rows = rows.exclude(id=request.session.get("sid"))
    end_sign_ins(sign_ins=rows, by=request.user)
    return redirect("account")
