"""What people type about items: an item, and the filters above the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from sample.items.models import Item, State


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new item is for one of ``companies``, (id, name) each; without, it is a change of one."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    class Meta:
        model = Item
        fields = ("company_id", "title", "details", "due", "state")
        widgets = {
            "details": forms.Textarea(attrs={"rows": 6}),
            "due": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(
        self, *args: Any, companies: Sequence[tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        if companies is None:
            del self.fields["company_id"]  # it stays
            return
        options = [("", "Choose a company"), *companies]
        self.fields["company_id"] = forms.ChoiceField(label="Company", choices=options)
        del self.fields["version"]


class FilterForm(forms.Form):
    """What does not fit counts as not given."""

    q = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", "All"), *State.choices])
    sort = forms.ChoiceField(
        required=False, choices=[("changed", "Last changed"), ("title", "Title")]
    )

    def value(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)
