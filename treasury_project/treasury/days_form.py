"""Forms of rows with a first and a last day: people give the last, the database keeps the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from treasury.days import sensible

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RowForm(forms.ModelForm[Any]):
    """A row whose constraints are all checked, those on columns that the form has not, too.

    ``checked`` names such columns.
    """

    checked: frozenset[str] = frozenset()

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        fields = {field.name: field for field in self.instance._meta.fields}  # noqa: SLF001
        # Without a last day it has none; where one must be given, its own field says so.
        known = "end" in fields and (fields["end"].null or self.instance.end)
        return exclusions - self.checked - ({"end"} if known else set())


class DaysForm(RowForm):
    """``start`` is a field of the model; ``last_day`` stands for its ``end``."""

    last_day = forms.DateField(
        required=False, widget=DAY, validators=[sensible], help_text="Empty while it lasts."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "start" in self.fields:
            self.fields["start"].widget = DAY
            self.fields["start"].validators.append(sensible)
        if self.instance.end:
            self.initial["last_day"] = self.instance.end - timedelta(days=1)

    def clean_last_day(self) -> date | None:
        last: date | None = self.cleaned_data["last_day"]
        self.instance.end = last + timedelta(days=1) if last else None
        return last
