"""The page that gives the files of a month, or of any days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import requires
from hm_auth.requests import PersonRequest
from treasury import spreadsheet
from treasury.days import sensible
from treasury.exports.layouts import LAYOUTS
from treasury.exports.queries import rows

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExportForm(forms.Form):
    layout = forms.ChoiceField(
        label="For", choices=[(each.name, each.label) for each in LAYOUTS.values()]
    )
    first = forms.DateField(label="Issued from", widget=DAY, validators=[sensible])
    last = forms.DateField(label="To and including", widget=DAY, validators=[sensible])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", "The last day lies before the first.")
        return data


@requires("invoices.internal")
@require_safe
def export(request: PersonRequest) -> HttpResponseBase:
    """A form, and the file as soon as it says which."""
    form = ExportForm(request.GET or None, initial=_last_month(timezone.localdate()))
    if form.is_valid():
        layout = LAYOUTS[form.cleaned_data["layout"]]
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        name = f"invoices-{layout.name}-{first}-{last}.csv"
        return spreadsheet.download(name, layout.header, rows(layout, first, last))
    return render(request, "treasury/exports/export.html", {"form": form})


def _last_month(today: date) -> dict[str, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return {"first": last.replace(day=1), "last": last}
