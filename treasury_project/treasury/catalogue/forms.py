"""What people type about the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms

from treasury.catalogue.models import Plan, PlanItem, PlanPrice, Product, ProductCost, ProductPrice
from treasury.catalogue.quantities import Source
from treasury.days_form import DAY, RowForm


class ProductFilter(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="SKU or name")
    state = forms.ChoiceField(
        required=False, choices=[("", "On sale"), ("off", "Not on sale"), ("all", "All")]
    )


class ProductForm(forms.ModelForm[Product]):
    class Meta:
        model = Product
        fields = ("sku", "name", "unit", "units", "tax_category", "income_account", "is_active")


class PriceForm(RowForm):
    checked = frozenset({"product"})

    class Meta:
        model = ProductPrice
        fields = ("unit_price", "currency", "start")
        widgets = {"start": DAY}


class CostForm(RowForm):
    checked = frozenset({"product"})

    class Meta:
        model = ProductCost
        fields = ("unit_cost", "currency", "start")
        widgets = {"start": DAY}


class PlanForm(forms.ModelForm[Plan]):
    class Meta:
        model = Plan
        fields = ("name", "description", "is_active")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class PlanItemForm(RowForm):
    checked = frozenset({"plan"})

    class Meta:
        model = PlanItem
        fields = ("product", "source", "counts", "quantity", "included", "increment", "position")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("source") != Source.FIXED:
            data["quantity"] = None
        if data.get("source") == Source.CONTACTS:
            data["counts"] = "contact"
        elif data.get("source") == Source.FIXED:
            data["counts"] = ""
        return data


class PlanPriceForm(RowForm):
    checked = frozenset({"plan"})

    class Meta:
        model = PlanPrice
        fields = ("product", "term_months", "unit_price", "currency", "start")
        widgets = {"start": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: Any = self.fields["product"]
        product.queryset = Product.objects.filter(is_active=True).order_by("name")
