"""The forms of the directory: they notice stale pages, and offer only what fits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from nexus.directory.models import Company, Contact, Location

ONE_LINE = UnfoldAdminTextInputWidget


class DirectoryForm(forms.ModelForm):
    """Carries the version the page was made from; a later one is refused, not overwritten."""

    base_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001
            self.initial["base_version"] = self.instance.version

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"base_version"})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent = cleaned.get("base_version")
        adding = self.instance._state.adding  # noqa: SLF001 - Django's own way to ask
        if not adding and sent != self.instance.version and self.has_changed():
            raise forms.ValidationError(
                "Somebody else has changed this in the meantime. "
                "Copy what you typed, load the page again, and repeat your change."
            )
        return cleaned


class CompanyForm(DirectoryForm):
    class Meta:
        model = Company
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose
        widgets = {"domains": ONE_LINE, "tags": ONE_LINE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields.get("account_number")
        if number is not None and self.instance._state.adding:  # noqa: SLF001
            number.required = False
            number.help_text = "Leave it empty for the next free one."


class LocationForm(DirectoryForm):
    class Meta:
        model = Location
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def _get_validation_exclusions(self) -> set[str]:
        # Ticking "default" moves it here from another location; ``operations.save`` does that.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return {*found, "is_default"}


class ContactForm(DirectoryForm):
    class Meta:
        model = Contact
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose
        widgets = {"emails": ONE_LINE, "phones": ONE_LINE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:  # a declared field would be in the inline form too, unseen
            self.fields["roles"] = forms.MultipleChoiceField(
                choices=Contact.ROLES,
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )


class CompanyAutocomplete(AutocompleteSelect):
    """An autocomplete that offers the rows of one company only."""

    company_id: UUID | None = None

    def get_url(self) -> str:
        url: str = super().get_url()
        return f"{url}?of_company={self.company_id}" if self.company_id else url


class TagsForm(forms.Form):
    """Tags to put on companies and to take off them."""

    add = forms.CharField(required=False, help_text="Separated by commas.", widget=ONE_LINE)
    remove = forms.CharField(required=False, help_text="Separated by commas.", widget=ONE_LINE)

    def clean(self) -> dict[str, list[str]]:
        cleaned = super().clean() or self.cleaned_data
        lists = {name: (cleaned.get(name) or "").split(",") for name in ("add", "remove")}
        if not any(tag.strip() for tags in lists.values() for tag in tags):
            raise forms.ValidationError("Name a tag to add or to remove.")
        return lists
