"""The days of a statement, and the day of the receivables."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from treasury.days import sensible
from treasury.payments.forms import Day


class Period(forms.Form):
    """From and to, both included."""

    first = forms.DateField(label="From", widget=Day, validators=[sensible])
    last = forms.DateField(label="To", widget=Day, validators=[sensible])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        return cleaned


class AsOf(forms.Form):
    """The day on which receivables are looked at."""

    on = forms.DateField(label="As of", widget=Day, validators=[sensible])

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError("Nobody knows yet what will be open then.")
        return day
