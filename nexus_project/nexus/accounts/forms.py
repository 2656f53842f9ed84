"""The forms in which an admin keeps users. They check; ``operations`` writes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from nexus.accounts.models import User
from nexus.accounts.operations import CHANGED_MEANWHILE, LAST_ADMIN
from nexus.accounts.rules import is_active_admin

FIELDS = ("username", "full_name", "email", "permission_level", "company", "is_active")


class FreshForm(forms.ModelForm):  # type: ignore[type-arg]
    """Carries when the row was last changed, so that a stale page is refused and undoes nothing."""

    base_updated_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read_at = None if self.instance._state.adding else self.instance.updated_at  # noqa: SLF001
        if self.read_at is not None:
            self.initial["base_updated_at"] = self.read_at.isoformat()

    def changes(self) -> dict[str, Any]:
        """Return what the admin changed, and nothing that was merely shown."""
        names = set(self.changed_data) - {"base_updated_at"}
        return {name: self.cleaned_data[name] for name in names}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent = cleaned.get("base_updated_at")
        if self.read_at is not None and sent != self.read_at.isoformat():
            raise forms.ValidationError(CHANGED_MEANWHILE)
        return cleaned


class ChangeUserForm(FreshForm):
    """Everything an admin may change of a user, but for the password."""

    class Meta:
        model = User
        fields = FIELDS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stays = cleaned.get("is_active") and cleaned.get("permission_level") == "admin"
        before = User.objects.select_related("company").get(pk=self.instance.pk)
        if is_active_admin(before) and not stays and not User.objects.other_admins(before).exists():
            raise forms.ValidationError(LAST_ADMIN)
        return cleaned


class AddUserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new user: with a mail that lets them choose a password, or with one, or a program's.

    A program needs no password: an administrator gives the account API tokens.
    """

    invite = forms.BooleanField(
        required=False,
        initial=True,
        label="Invite by e-mail",
        help_text="Sends a link, good for one hour and once, to choose a password. "
        "Not for a program: leave this and the password out, and give the account an API token.",
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
        if password and cleaned.get("invite"):
            self.add_error("password", "Invite the person, or give a password: one of the two.")
        elif password:
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice; never saved by the form itself."""
