"""Forms about money. What they refuse keeps what was typed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from treasury.billing_rules.money import Money
from treasury.catalogue.models import CURRENCY
from treasury.payments.clients import Names
from treasury.payments.models import Method
from treasury.payments.operations import Back, Received

LARGEST_FILE = 1_000_000  # bytes


class Day(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Filter(forms.Form):
    """What the list of payments is narrowed to."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(
        required=False,
        choices=[("", "All"), ("credit", "With credit left"), ("reversed", "Reversed")],
    )
    method = forms.ChoiceField(required=False, choices=[("", "All"), *Method.choices])

    def value(self, name: str) -> str:
        """Return a valid value, or ""."""
        self.is_valid()
        return str(self.cleaned_data.get(name, "")).replace("\x00", "")


class Amounted(forms.Form):
    """An amount in a currency, with the places that the currency has."""

    amount = forms.DecimalField(max_digits=14, decimal_places=3)
    currency = forms.CharField(max_length=3, initial="EUR", validators=[CURRENCY])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, currency = cleaned.get("amount"), cleaned.get("currency")
        if amount is not None and amount <= 0:
            self.add_error("amount", "An amount is more than nothing.")
        elif amount is not None and currency:
            try:
                cleaned["money"] = Money(amount, currency)
            except ValueError as problem:
                self.add_error("amount", f"{str(problem)[:1].upper()}{str(problem)[1:]}.")
        return cleaned


def _not_in_future(day: date) -> None:
    if day > timezone.localdate():
        raise forms.ValidationError("That day has not come yet.")


class RecordForm(Amounted):
    """Money that came in. ``id`` makes a form that is sent twice one payment."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    bank_reference = forms.CharField(required=False, max_length=140, widget=forms.HiddenInput)
    company = forms.TypedChoiceField(label="Client", coerce=uuid.UUID)
    received_on = forms.DateField(label="Received on", widget=Day, validators=[_not_in_future])
    method = forms.ChoiceField(choices=Method.choices)
    reference = forms.CharField(required=False, max_length=200)
    note = forms.CharField(required=False, max_length=500, help_text="Clients do not see it.")

    field_order = ("id", "company", "amount", "currency", "received_on", "method")

    def __init__(self, *args: Any, clients: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients = clients
        named = [(str(pk), name) for pk, name in clients.items()]
        self.fields["company"].choices = [("", "Choose a client"), *named]  # type: ignore[attr-defined]

    def received(self) -> Received:
        """Return what was typed."""
        cleaned = self.cleaned_data
        return Received(
            id=cleaned["id"],
            company_id=cleaned["company"],
            client_name=self.clients[cleaned["company"]],
            received_on=cleaned["received_on"],
            amount=cleaned["money"],
            method=cleaned["method"],
            reference=cleaned["reference"],
            bank_reference=cleaned["bank_reference"],
            note=cleaned["note"],
        )


class RefundForm(Amounted):
    """Credit that is paid back."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    paid_on = forms.DateField(label="Paid on", widget=Day, validators=[_not_in_future])
    method = forms.ChoiceField(choices=Method.choices)
    reference = forms.CharField(required=False, max_length=200)
    note = forms.CharField(required=False, max_length=500)

    def back(self, company_id: uuid.UUID, name: str) -> Back:
        """Return what was typed."""
        cleaned = self.cleaned_data
        return Back(
            id=cleaned["id"],
            company_id=company_id,
            client_name=name,
            paid_on=cleaned["paid_on"],
            amount=cleaned["money"],
            method=cleaned["method"],
            reference=cleaned["reference"],
            note=cleaned["note"],
        )


class WriteOffForm(forms.Form):
    """What is given up of an invoice, and why."""

    amount = forms.DecimalField(max_digits=14, decimal_places=3)
    reason = forms.CharField(max_length=500)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Money:
        try:
            return Money(self.cleaned_data["amount"], self.currency)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem


class ReverseForm(forms.Form):
    """When and why money moved back."""

    day = forms.DateField(widget=Day, validators=[_not_in_future])
    reason = forms.CharField(max_length=200)


class ImportForm(forms.Form):
    """A bank's list of bookings, as a file or pasted."""

    file = forms.FileField(required=False, label="CSV file")
    text = forms.CharField(
        required=False, label="Or its rows", widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if file := cleaned.get("file"):
            if file.size > LARGEST_FILE:
                raise forms.ValidationError("The file is larger than 1 MB. Import it in parts.")
            cleaned["text"] = _decoded(file.read())
        if not cleaned.get("text", "").strip():
            raise forms.ValidationError("Choose a file, or paste its rows.")
        return cleaned


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
