"""What people type about records: a type, a field, a record, a filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import validate_email

from archive.records.models import Field, Record, RecordType
from archive.records.rules import LONGEST, REFERENCES, FieldKind
from archive.spaces.models import Space

MOST_ADDRESSES = 10


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]
    remind = forms.CharField(
        required=False,
        label="Mail reminders to",
        help_text="Addresses separated by commas; they are told 90, 60, 30 and 0 days before.",
    )

    class Meta:
        model = RecordType
        fields = ("name", "description", "open_to_clients", "remind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["remind"] = ", ".join(self.instance.remind or [])

    def clean_remind(self) -> list[str]:
        addresses = sorted({text.strip() for text in self.cleaned_data["remind"].split(",")} - {""})
        for address in addresses:
            validate_email(address)
        if len(addresses) > MOST_ADDRESSES:
            raise forms.ValidationError(f"At most {MOST_ADDRESSES} addresses.")
        return addresses


class FieldForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Field
        fields = ("name", "kind", "help", "required", "expires", "position")
        labels = {"expires": "The date expires: put it on the expiry list"}
        help_texts = {"position": "0 puts a new field at the end."}


class RecordForm(forms.Form):
    """The fields of ``kind``; ``choices`` has (id, label) for every kind of reference."""

    name = forms.CharField(max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(
        self,
        *args: Any,
        kind: RecordType,
        spaces: Sequence[Space],
        choices: Mapping[str, Sequence[tuple[str, str]]],
        record: Record | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if record is None:
            options = [(str(space.pk), space.name) for space in spaces]
            self.fields["space"] = forms.ChoiceField(label="For", choices=options)
        else:
            self.initial.update(name=record.name, version=record.version)
            self.fields["version"].required = True
        self.kinds = list(kind.fields.order_by("position", "name"))
        for field in self.kinds:
            stored = (record.values if record else {}).get(str(field.pk), "")
            self.fields[str(field.pk)] = _input(field, choices.get(field.kind, ()), stored)
            self.initial.setdefault(str(field.pk), stored)

    def values(self) -> dict[str, Any]:
        """Return the typed values by field id; the form is valid."""
        return {str(field.pk): self.cleaned_data.get(str(field.pk)) for field in self.kinds}


def _input(field: Field, choices: Sequence[tuple[str, str]], stored: str) -> forms.Field:
    about: dict[str, Any] = {"label": field.name, "required": field.required}
    about["help_text"] = field.help
    if field.kind in REFERENCES:
        options = [("", "None"), *choices]
        if stored and stored not in dict(choices):
            options.append((stored, "As it is (not to be chosen any more)"))
        return forms.ChoiceField(choices=options, **about)
    if field.kind == FieldKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **about)
    if field.kind == FieldKind.URL:
        return forms.CharField(max_length=LONGEST, widget=forms.URLInput, **about)
    return forms.CharField(max_length=LONGEST, **about)


class ListForm(forms.Form):
    """The filters above a list of records; what does not fit counts as not given."""

    q = forms.CharField(required=False, max_length=200)
    space = forms.SlugField(required=False)
    sort = forms.ChoiceField(
        required=False, choices=[("name", "Name"), ("changed", "Last changed")]
    )
    trash = forms.BooleanField(required=False)

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_valid() else None


class ExpiringForm(forms.Form):
    days = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=90,  # type: ignore[arg-type]  # what coerce gives, not text
        choices=[
            (0, "Overdue"), (30, "30 days"), (60, "60 days"), (90, "90 days"), (3650, "All"),
        ],
    )  # fmt: skip
    space = forms.SlugField(required=False)
