"""The style guide: every component on one page, for screenshots and the accessibility check.

A service mounts ``show`` only where DEBUG or DEMO is set.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hm_auth.ui.keyset import Page

NAMES = [
    ("C-1001", "Acme Manufacturing", "active", "Zoë van den Berg"),
    ("C-1002", "Globex Logistics", "active", "Seán O’Brien"),
    ("C-1003", "شركة النور للتجارة", "prospect", "ليلى حداد"),
    ("C-1004", "东方明珠科技有限公司", "active", "王小明"),
    ("C-1005", "Verband der Donaudampfschifffahrtsgesellschaften e. V.", "former", "Jürgen Groß"),
    ("C-1006", "<script>alert('O’Hara & Sons')</script>", "active", "Ngozi Okonkwo"),
]


class SampleForm(forms.Form):
    """One field of each kind, shown with its errors."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(label="E-mail", help_text="Invitations go here.")
    status = forms.ChoiceField(choices=[("active", "Active"), ("former", "Former")])
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    vip = forms.BooleanField(label="VIP", required=False)


def show(request: HttpRequest) -> HttpResponse:
    """Show every component with sample data."""
    now = datetime.now(UTC)
    companies = [
        {
            "number": number,
            "name": name,
            "status": status,
            "contact": contact,
            "people": 7 * row,
            "at": now - timedelta(days=9 * row),
        }
        for row, (number, name, status, contact) in enumerate(NAMES, start=1)
    ]
    context = {
        "companies": companies,
        "page": Page(rows=companies, next="sample"),  # type: ignore[type-var]
        "details": [("Account", "C-1001"), ("Legal name", NAMES[4][1]), ("Tax ID", "")],
        "form": SampleForm({"name": "", "email": "nobody"}),
        "now": now,
        "levels": ["admin", "technician", "billing", "client"],
        "states": ["prospect", "active", "former", "archived", "overdue", "disabled"],
        "icon_names": ["house", "building-2", "landmark", "library", "no-such-icon"],
    }
    return render(request, "hm/styleguide.html", context)
