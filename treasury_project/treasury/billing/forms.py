"""What people type while they look at drafts."""

from __future__ import annotations

from django import forms

from treasury.catalogue.models import Product
from treasury.invoices.models import Invoice

SORTS = [("", "Largest change first"), ("net", "Largest amount first"), ("old", "Oldest first")]


class ReviewFilter(forms.Form):
    show = forms.ChoiceField(
        required=False,
        choices=[("", "All drafts"), ("flagged", "With a warning"), ("clean", "Without a warning")],
    )
    sort = forms.ChoiceField(required=False, choices=SORTS)


class LineForm(forms.Form):
    """A line that is billed once: an addition of the agreement, as all lines are."""

    product = forms.ModelChoiceField(
        Product.objects.filter(is_active=True).order_by("name"), empty_label="Choose"
    )
    description = forms.CharField(
        max_length=200, required=False, help_text="On the invoice; else the product's name."
    )
    quantity = forms.DecimalField(min_value=0, max_digits=14, decimal_places=4, initial=1)
    price = forms.DecimalField(
        min_value=0,
        max_digits=14,
        decimal_places=6,
        required=False,
        help_text="For one; empty takes the price of the plan or the list.",
    )


class DraftForm(forms.ModelForm[Invoice]):
    class Meta:
        model = Invoice
        fields = ("po_number",)
