"""The catalogue: products with their prices and costs, and plans."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hm_auth.access import load_or_404, may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page
from treasury.catalogue import forms
from treasury.catalogue.models import (
    Plan,
    PlanItem,
    PlanPrice,
    Product,
    ProductCost,
    ProductPrice,
    Term,
)
from treasury.history import entries, removed
from treasury.recorded import Refused, recorded
from treasury.seller.models import Seller

METHODS = ["GET", "HEAD", "POST"]
PAST = "Saved. It begins in the past: what was billed since is corrected with the next invoices."


@requires("agreements.view")
@require_safe
def products(request: PersonRequest) -> HttpResponse:
    form = forms.ProductFilter(request.GET)
    form.is_valid()
    found, state = Product.objects.all(), form.cleaned_data.get("state", "")
    if state != "all":
        found = found.filter(is_active=state != "off")
    if part := form.cleaned_data.get("q"):
        found = found.filter(Q(sku__icontains=part) | Q(name__icontains=part))
    page = keyset_page(found, ("sku",), request.GET.get("after"), 50)
    context = {"page": page, "form": form, "filtered": bool(part or state), **_may(request)}
    return render(request, "treasury/catalogue/products.html", context)


@requires("agreements.view")
@require_safe
def product(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Product.objects.all(), pk=pk)
    prices, costs = row.prices.order_by("currency", "-start"), row.costs.order_by("-start")
    context = {
        "product": row,
        "prices": prices,
        "costs": costs,
        "today": timezone.localdate(),
        "agreements": row.additions.filter(end__isnull=True).count(),
        "history": entries([row, *prices, *removed(ProductPrice, product=row), *costs], limit=20),
        **_may(request),
    }
    return render(request, "treasury/catalogue/product.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def edit_product(request: PersonRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    row = load_or_404(Product.objects.all(), pk=pk) if pk else Product()
    asked = {name: request.GET[name] for name in ("sku", "name") if name in request.GET}
    form = forms.ProductForm(request.POST or None, instance=row, initial=None if pk else asked)
    title = f"Edit {row}" if pk else "New product"
    back = reverse("product", args=[pk]) if pk else reverse("products")
    return _answer(request, form, title, back, lambda made: reverse("product", args=[made.pk]))


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_price(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """A price is added from a day on, never edited: what earlier days cost stays."""
    row = load_or_404(Product.objects.all(), pk=pk)
    form = forms.PriceForm(
        request.POST or None, instance=ProductPrice(product=row), initial=_first()
    )
    here = reverse("product", args=[pk])
    return _answer(request, form, f"New price of {row}", here, lambda _made: here)


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_cost(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Product.objects.all(), pk=pk)
    form = forms.CostForm(request.POST or None, instance=ProductCost(product=row), initial=_first())
    here = reverse("product", args=[pk])
    return _answer(request, form, f"What {row} costs you", here, lambda _made: here)


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_price(request: PersonRequest, pk: int) -> HttpResponse:
    row = load_or_404(_coming(ProductPrice.objects.select_related("product")), pk=pk)
    return _take_back(request, row, reverse("product", args=[row.product_id]))


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_plan_price(request: PersonRequest, pk: int) -> HttpResponse:
    row = load_or_404(_coming(PlanPrice.objects.all()), pk=pk)
    return _take_back(request, row, reverse("plan", args=[row.plan_id]))


@requires("agreements.view")
@require_safe
def plans(request: PersonRequest) -> HttpResponse:
    rows = Plan.objects.order_by("-is_active", "name").prefetch_related("items__product")
    return render(request, "treasury/catalogue/plans.html", {"plans": rows, **_may(request)})


@requires("agreements.view")
@require_safe
def plan(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Plan.objects.all(), pk=pk)
    items = list(row.items.select_related("product").order_by("position", "pk"))
    prices = list(row.prices.select_related("product").order_by("-start"))
    context = {
        "plan": row,
        "items": items,
        "terms": Term.choices,
        "grid": _grid(items, prices),
        "agreements": row.agreements.running(timezone.localdate()).count(),
        "history": entries([row, *items, *prices, *_removed(row)], limit=20),
        "today": timezone.localdate(),
        **_may(request),
    }
    return render(request, "treasury/catalogue/plan.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def edit_plan(request: PersonRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    row = load_or_404(Plan.objects.all(), pk=pk) if pk else Plan()
    form = forms.PlanForm(request.POST or None, instance=row)
    title = f"Edit {row}" if pk else "New plan"
    back = reverse("plan", args=[pk]) if pk else reverse("plans")
    return _answer(request, form, title, back, lambda made: reverse("plan", args=[made.pk]))


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_item(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Plan.objects.all(), pk=pk)
    form = forms.PlanItemForm(
        request.POST or None, instance=PlanItem(plan=row), initial={"quantity": 1}
    )
    here = reverse("plan", args=[pk])
    return _answer(request, form, f"New product of {row}", here, lambda _made: here)


@requires("agreements.manage")
@require_http_methods(METHODS)
def remove_item(request: PersonRequest, pk: int) -> HttpResponse:
    row = load_or_404(PlanItem.objects.select_related("plan", "product"), pk=pk)
    here = reverse("plan", args=[row.plan_id])
    if request.method == "POST":
        with recorded(by=request.user, reason="Taken out of the plan"):
            row.delete()
        messages.success(request, f"{row} is not in the plan any more.")
        return redirect(here)
    context = {
        "title": f"Take {row} out of the plan?",
        "question": "Agreements that have it keep it; new ones do not get it.",
        "submit_label": "Take out",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


@requires("agreements.manage")
@require_http_methods(METHODS)
def add_plan_price(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Plan.objects.all(), pk=pk)
    form = forms.PlanPriceForm(request.POST or None, instance=PlanPrice(plan=row), initial=_first())
    here = reverse("plan", args=[pk])
    return _answer(request, form, f"New price of {row}", here, lambda _made: here)


def _removed(row: Plan) -> list[Any]:
    return [*removed(PlanItem, plan=row), *removed(PlanPrice, plan=row)]


def _grid(items: list[PlanItem], prices: list[PlanPrice]) -> list[tuple[Product, list[Any]]]:
    """Return a row for each product: of each term the prices, the latest first."""
    return [
        (
            item.product,
            [
                [p for p in prices if (p.product_id, p.term_months) == (item.product_id, term)]
                for term in Term.values
            ],
        )
        for item in items
    ]


def _is_past(price: ProductPrice | PlanPrice) -> bool:
    return price.start < timezone.localdate()


def _coming(prices: Any) -> Any:
    """Only a price that has not begun can be taken back."""
    return prices.filter(start__gt=timezone.localdate())


def _take_back(request: PersonRequest, row: ProductPrice | PlanPrice, here: str) -> HttpResponse:
    if request.method == "POST":
        with recorded(by=request.user, reason="Price taken back"):
            row.delete()
        messages.success(request, "The price is taken back.")
        return redirect(here)
    context = {
        "title": "Take this price back?",
        "question": f"{row} has not begun; until then the one before holds.",
        "submit_label": "Take back",
        "cancel_url": here,
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


def _first() -> dict[str, Any]:
    seller = Seller.objects.first()
    return {"start": timezone.localdate(), "currency": seller.currency if seller else "EUR"}


def _may(request: PersonRequest) -> dict[str, bool]:
    return {"manage": may(request.user, "agreements.manage")}


def _answer(
    request: PersonRequest, form: Any, title: str, cancel_url: str, then: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            with recorded(by=request.user):
                form.instance.save()
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            if isinstance(form.instance, ProductPrice | PlanPrice) and _is_past(form.instance):
                messages.warning(request, PAST)
            else:
                messages.success(request, "Saved.")
            return redirect(then(form.instance))
    context = {"form": form, "title": title, "cancel_url": cancel_url}
    return render(request, "hm/form.html", context)
