"""The forms in which an admin keeps users. They check; ``operations`` writes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from nexus.accounts.models import User
from nexus.accounts.operations import LAST_ADMIN
from nexus.accounts.rules import is_active_admin

FIELDS = ("username", "full_name", "email", "permission_level", "company", "is_active")


class ChangeUserForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything an admin may change of a user, but for the password."""

    class Meta:
        model = User
        fields = FIELDS

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stays = cleaned.get("is_active") and cleaned.get("permission_level") == "admin"
        before = User.objects.select_related("company").get(pk=self.instance.pk)
        if is_active_admin(before) and not stays and not User.objects.other_admins(before).exists():
            raise forms.ValidationError(LAST_ADMIN)
        return cleaned


class AddUserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new user: with a password, or with a mail that lets them choose one."""

    invite = forms.BooleanField(
        required=False,
        initial=True,
        label="Invite by e-mail",
        help_text="Sends a link, good for one hour and once, to choose a password.",
        widget=UnfoldBooleanSwitchWidget,
    )
    password = forms.CharField(
        required=False,
        strip=False,
        help_text="Only without an invitation. At least 12 characters.",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ("username", "full_name", "email", "permission_level", "company")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if bool(password) == bool(cleaned.get("invite")):
            self.add_error("password", "Invite the person, or give a password: one of the two.")
        elif password:
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice; never saved by the form itself."""
