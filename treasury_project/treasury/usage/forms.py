"""What people type about usage. A last day is shown; the database keeps the day after it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from treasury.days import sensible
from treasury.days_form import DAY, DaysForm, RowForm
from treasury.usage.intake import cells
from treasury.usage.intake.kinds import KINDS
from treasury.usage.models import ContactBilling, Device, DeviceKind, Meter, Reading, TimeEntry

COMPANY = frozenset({"company_id", "contact_id"})


class DeviceForm(DaysForm):
    checked = COMPANY
    from_day = forms.DateField(
        required=False,
        widget=DAY,
        label="These changes count from",
        help_text="Empty: it has been so from the first day, and earlier bills are corrected.",
    )

    class Meta:
        model = Device
        fields = (
            "hostname", "kind", "start", "last_day", "treatment", "custom_price", "note",
            "external_id",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:  # noqa: SLF001 - Django's public API
            del self.fields["from_day"]

    def clean_from_day(self) -> date | None:
        day: date | None = self.cleaned_data["from_day"]
        start, end = self.instance.start, self.instance.end
        if day and (day <= start or (end is not None and day >= end)):
            raise ValidationError("Choose a day after the first and before the last.")
        return day


class LastDayForm(forms.Form):
    last_day = forms.DateField(widget=DAY, label="Last day", validators=[sensible])


class ContactBillingForm(DaysForm):
    checked = COMPANY

    class Meta:
        model = ContactBilling
        fields = ("treatment", "custom_price", "start", "last_day", "note")


class ReadingForm(RowForm):
    checked = COMPANY

    class Meta:
        model = Reading
        fields = ("meter", "subject", "day", "quantity")
        widgets = {"day": DAY}


class TimeEntryForm(RowForm):
    checked = COMPANY
    minutes = forms.CharField(
        max_length=20, label="Time", help_text="90 minutes, 1:30 or 1.5 h.", strip=True
    )

    class Meta:
        model = TimeEntry
        fields = (
            "day", "person", "minutes", "work_type", "rate_class", "billable", "ticket", "note",
        )  # fmt: skip
        widgets = {"day": DAY}

    def clean_minutes(self) -> int:
        try:
            minutes = cells.minutes(self.cleaned_data["minutes"])
        except cells.Unreadable as problem:
            raise ValidationError(f"It {problem}.") from problem
        return minutes or 0


class DeviceFilter(forms.Form):
    q = forms.CharField(required=False, max_length=200, label="Hostname")
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *DeviceKind.choices])
    state = forms.ChoiceField(
        required=False, choices=[("", "There today"), ("gone", "Gone"), ("all", "All")]
    )
    company = forms.UUIDField(required=False, widget=forms.HiddenInput)


class TimeFilter(forms.Form):
    state = forms.ChoiceField(
        required=False,
        choices=[("", "All work"), ("unbilled", "Not billed yet"), ("billed", "Billed")],
    )
    first = forms.DateField(required=False, widget=DAY, label="From")
    last = forms.DateField(required=False, widget=DAY, label="To and including")
    company = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ReadingFilter(forms.Form):
    meter = forms.ChoiceField(required=False, choices=[("", "All meters"), *Meter.choices])
    company = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ImportForm(forms.Form):
    kind = forms.ChoiceField(
        choices=[(each.name, each.label) for each in KINDS.values()], label="What is in the file"
    )
    file = forms.FileField(label="CSV or Excel file", help_text="At most 5 MB and 20,000 rows.")
