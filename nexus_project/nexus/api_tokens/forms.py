"""The form of a new API token, on the account page and in the admin. ``operations`` writes."""

from __future__ import annotations

from typing import Any

from django import forms

from nexus.api_tokens.rules import DEFAULT_DAYS, LIVES


class NewApiTokenForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="What is it for?",
        help_text="Which program has it, and where: so that you know later what stops without it.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        label="Good for",
        choices=[*LIVES.items(), ("", "No end, until revoked")],
        initial=DEFAULT_DAYS,
        required=False,
        coerce=int,
        empty_value=None,
    )

    def values(self) -> dict[str, Any]:
        """Return ``name`` and ``days`` as ``operations.create`` takes them."""
        return {"name": self.cleaned_data["name"], "days": self.cleaned_data["days"]}
