"""The forms of the pages: filters of the lists, and passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from nexus.directory.models import Company, Contact


class FilterForm(forms.Form):
    """A list's filters, from the query string. What makes no sense is ignored, not refused."""

    q = forms.CharField(required=False, max_length=200, strip=True)

    def value(self, name: str) -> Any:
        """Return what was asked for in field ``name``, or None."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class CompanyFilter(FilterForm):
    SORTS = (("name", "Name"), ("updated", "Last changed"), ("number", "Account number"))

    status = forms.ChoiceField(
        required=False, choices=[("", "Any status"), *Company.Status.choices]
    )
    tag = forms.CharField(required=False, max_length=50, strip=True)
    sort = forms.ChoiceField(required=False, choices=SORTS)
    archived = forms.BooleanField(required=False)


class ContactFilter(FilterForm):
    role = forms.ChoiceField(required=False, choices=[("", "Any role"), *Contact.ROLES])
    vip = forms.BooleanField(required=False)
    former = forms.BooleanField(required=False)


class OwnPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Change the own password. Whether ``current`` is right, the operation says."""

    current = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "new_password1", "new_password2")


class AskResetForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )
