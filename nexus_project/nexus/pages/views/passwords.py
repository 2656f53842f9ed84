"""Choosing a password by mail: asking for the link, and the page behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nexus.accounts.mail import send_password_reset
from nexus.accounts.password_reset import LinkUsed, ask_for_link, reset_password
from nexus.pages.forms import AskResetForm
from nexus.signins.exceptions import TooManyAttempts


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Answer the same for every address: whether it has an account is nobody's business."""
    form = AskResetForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "nexus/password_reset.html", {"form": form}, status=status)
    try:
        user = ask_for_link(email=form.cleaned_data["email"], ip=request.META["REMOTE_ADDR"])
    except TooManyAttempts as error:
        form.add_error(None, error.detail)
        response = render(request, "nexus/password_reset.html", {"form": form}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    if user is not None:
        send_password_reset(user)
    return redirect("password-reset-sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "nexus/password_reset_sent.html")


class Choose(PasswordResetConfirmView):
    """Django's page, which moves the token from the address into the session at once."""

    template_name = "nexus/password_choose.html"

    def form_valid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN)
        try:
            reset_password(user=form.user, token=token, password=form.cleaned_data["new_password1"])
        except LinkUsed:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect("hm_auth:login")
