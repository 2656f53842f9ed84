"""What a person decides about a mail: to whom, and what it says."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import validate_email

MOST = 10


class SendForm(forms.Form):
    to = forms.CharField(
        label="To", max_length=2000, help_text="Several addresses with commas between them."
    )
    body = forms.CharField(label="Text", max_length=10_000, widget=forms.Textarea)

    def clean_to(self) -> list[str]:
        found = [each for each in re.split(r"[\s,;]+", self.cleaned_data["to"]) if each]
        if not 1 <= len(found) <= MOST:
            raise forms.ValidationError(f"Enter one to {MOST} addresses.")
        for each in found:
            try:
                validate_email(each)
            except forms.ValidationError as wrong:
                raise forms.ValidationError(f"{each} is no e-mail address.") from wrong
        return found


def initial(to: list[str], body: str) -> dict[str, Any]:
    """Return what the form shows first."""
    return {"to": ", ".join(to), "body": body}
