"""Users in the Django admin. Every write goes through ``operations``; nobody is ever deleted."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use
from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display

from hm_auth.access import load_or_404
from nexus.accounts import mail, operations
from nexus.accounts.forms import FIELDS, AddUserForm, ChangeUserForm, PasswordForm
from nexus.accounts.models import User
from nexus.accounts.row_history import RowHistory
from nexus.api_tokens.views import new_token_page


@admin.register(User)
class UserAdmin(RowHistory, ModelAdmin):
    form = ChangeUserForm
    list_display = (
        "full_name", "username", "email", "permission_level", "company", "is_active", "last_seen",
    )  # fmt: skip
    list_display_links = ("full_name", "username")
    list_filter = ("permission_level", "is_active", ("company", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("company",)
    search_fields = ("full_name", "username", "email", "company__name")
    ordering = ("full_name", "id")
    autocomplete_fields = ("company",)
    show_full_result_count = False
    list_per_page = 50
    fieldsets = ((None, {"fields": (*FIELDS, "base_updated_at")}),)
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username", "full_name", "email", "permission_level", "company", "invite",
                    "password",
                )
            },
        ),
    )  # fmt: skip
    actions = ("sign_out_selected", "disable_selected", "enable_selected")
    actions_detail = (
        "set_password", "new_api_token", "sign_out", "invite", "sign_ins", "api_tokens", "events",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.with_last_sign_in()  # type: ignore[attr-defined, no-any-return]

    def get_form(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = AddUserForm
        return super().get_form(request, obj, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody becomes an admin because that is the first choice of the list."""
        kwargs["choices"] = [("", "Choose a level"), *db_field.choices]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @display(description="Last sign-in", ordering="last_signed_in_at", empty_value="never")
    def last_seen(self, user: User) -> Any:
        return user.last_signed_in_at  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            stored = User.objects.get(pk=obj.pk)  # the form has written into ``obj``
            operations.update_user(
                user=stored, by=_by(request), expected_updated_at=form.read_at, **form.changes()
            )
            return
        values = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
        password = form.cleaned_data["password"] or None
        made = operations.create_user(password=password, by=_by(request), **values)
        obj.__dict__.update(made.__dict__)
        if form.cleaned_data["invite"]:
            self._invite(request, made)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            page: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except ValidationError as error:  # what the form checked has changed in the meantime
            messages.error(request, " ".join(error.messages))
            return redirect(request.path)
        return page

    @admin.action(description="Sign out everywhere")
    def sign_out_selected(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._each(request, rows, operations.sign_out_everywhere, "Signed out everywhere")

    @admin.action(description="Disable: keep from signing in")
    def disable_selected(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._each(request, rows, operations.disable, "Disabled")

    @admin.action(description="Enable: let sign in again")
    def enable_selected(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._each(request, rows, operations.enable, "Enabled")

    def _each(
        self, request: HttpRequest, rows: QuerySet[User], change: Callable[..., Any], done: str
    ) -> None:
        names = []
        for user in rows:
            try:
                change(user=user, by=_by(request))
            except ValidationError as error:
                messages.error(request, f"{user}: {' '.join(error.messages)}")
            else:
                names.append(str(user))
        if names:
            messages.success(request, f"{done}: {', '.join(names)}.")

    @action(description="Sign this user out everywhere", url_path="sign-out", icon="logout")
    def sign_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self._user(object_id)
        if request.method != "POST":
            question = (
                f"End every session of {user}, in Nexus and in every module, "
                "and revoke their API tokens?"
            )
            return _confirm(request, user, "Sign out everywhere", question)
        count = operations.sign_out_everywhere(user=user, by=_by(request))
        messages.success(request, f"{count} sign-ins of {user} are ended.")
        return redirect(_page(user))

    @action(description="Send an invitation", url_path="invite", icon="mail")
    def invite(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self._user(object_id)
        if request.method != "POST":
            question = f"Send {user.email} a link to choose a password?"
            return _confirm(request, user, "Send an invitation", question)
        self._invite(request, user)
        return redirect(_page(user))

    @action(description="Set a password", url_path="password", icon="key")
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self._user(object_id)
        form = PasswordForm(user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            operations.set_password(
                user=user, password=form.cleaned_data["new_password1"], by=_by(request)
            )
            messages.success(request, f"{user} has a new password; their sign-ins are ended.")
            return redirect(_page(user))
        context = {"title": f"A new password for {user}", "form": form, "cancel_url": _page(user)}
        return render(request, "hm/form.html", context)

    @action(description="Sign-ins", url_path="sign-ins", icon="devices")
    def sign_ins(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self._user(object_id).pk
        return redirect(f"{reverse('admin:signins_signin_changelist')}?user__id__exact={key}")

    @action(description="New API token", url_path="new-api-token", icon="key_vertical")
    def new_api_token(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self._user(object_id)
        return new_token_page(
            request,
            user,
            title=f"A new API token of {user}",
            intro="A program signs in with it as this account, and may what the account may.",
            back_url=_page(user),
        )

    @action(description="API tokens", url_path="api-tokens", icon="key_vertical")
    def api_tokens(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self._user(object_id).pk
        return redirect(f"{reverse('admin:api_tokens_apitoken_changelist')}?user__id__exact={key}")

    @action(description="Events", url_path="events", icon="history")
    def events(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self._user(object_id).pk
        return redirect(f"{reverse('admin:signins_event_changelist')}?user_id__exact={key}")

    def _user(self, object_id: str) -> User:
        user: User = load_or_404(User.objects.all(), pk=object_id)
        return user

    def _invite(self, request: HttpRequest, user: User) -> None:
        try:
            mail.send_invitation(user, by=_by(request))
        except OSError:
            messages.error(request, f"The mail to {user.email} could not be sent. Try again later.")
        else:
            messages.success(request, f"An invitation is sent to {user.email}.")


def _by(request: HttpRequest) -> Any:
    return request.user  # an admin: whoever is not gets no page of the admin


def _confirm(request: HttpRequest, user: User, title: str, question: str) -> HttpResponse:
    context = {
        "title": title, "question": question, "submit_label": title, "cancel_url": _page(user),
    }  # fmt: skip
    return render(request, "hm/confirm.html", context)


def _page(user: User) -> str:
    key: uuid.UUID = user.pk
    return reverse("admin:accounts_user_change", args=(key,))
