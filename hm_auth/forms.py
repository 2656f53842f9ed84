"""The sign-in form of every module."""

from __future__ import annotations

from django import forms


class SignInForm(forms.Form):
    """Name and password as typed; Nexus decides. Nothing is stripped off a password."""

    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
