"""What the list of invoices can be narrowed to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from treasury.days import sensible
from treasury.days_form import DAY
from treasury.invoices.models import Status
from treasury.invoices.queries import InvoiceQuerySet

OVERDUE = "overdue"
COLUMNS = {
    "status": "status",
    "since": "issued_on__gte",
    "until": "issued_on__lte",
    "currency": "currency",
    "company": "company_id",
}
STATES = [*Status.choices, (OVERDUE, "Overdue")]


def narrowed(rows: InvoiceQuerySet, form: InvoiceFilter, today: date) -> InvoiceQuerySet:
    """Return those of ``rows`` that fit ``form``, but for its words; none for one with mistakes."""
    if form.errors:
        return rows.none()
    chosen = form.chosen
    filters = {
        field: chosen[name]
        for name, field in COLUMNS.items()
        if name in chosen and chosen[name] != OVERDUE
    }
    rows = rows.filter(**filters)
    return rows.overdue(today) if chosen.get("status") == OVERDUE else rows


class InvoiceFilter(forms.Form):
    """``currencies`` are those there are to choose from; drafts are for those who see them."""

    q = forms.CharField(
        required=False,
        max_length=100,
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "dir": "auto", "data-hm-search": True}
        ),
    )
    status = forms.ChoiceField(required=False)
    since = forms.DateField(required=False, widget=DAY, label="Issued from", validators=[sensible])
    until = forms.DateField(required=False, widget=DAY, label="To", validators=[sensible])
    currency = forms.ChoiceField(required=False)
    company = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, internal: bool, currencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        looked_for = "Client, number, order, amount" if internal else "Number, order, amount"
        self.fields["q"].widget.attrs["placeholder"] = looked_for
        self.choose("status", [each for each in STATES if internal or each[0] != Status.DRAFT])
        self.choose("currency", [(each, each) for each in currencies])
        if len(currencies) < 2:  # there is nothing to choose
            del self.fields["currency"]
        self.is_valid()

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Let ``name`` be one of ``choices``, or all."""
        self.fields[name].choices = [("", "All"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """What narrows the list, as far as it can be."""
        return {name: value for name, value in self.cleaned_data.items() if value}
