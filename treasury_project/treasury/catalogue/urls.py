"""The addresses of the catalogue."""

from __future__ import annotations

from django.urls import path

from treasury.catalogue import views

urlpatterns = [
    path("catalogue", views.products, name="products"),
    path("catalogue/new", views.edit_product, name="product-add"),
    path("catalogue/<uuid:pk>", views.product, name="product"),
    path("catalogue/<uuid:pk>/edit", views.edit_product, name="product-edit"),
    path("catalogue/<uuid:pk>/prices/new", views.add_price, name="price-add"),
    path("catalogue/<uuid:pk>/costs/new", views.add_cost, name="cost-add"),
    path("catalogue/prices/<int:pk>/remove", views.remove_price, name="price-remove"),
    path("catalogue/plans", views.plans, name="plans"),
    path("catalogue/plans/new", views.edit_plan, name="plan-add"),
    path("catalogue/plans/<uuid:pk>", views.plan, name="plan"),
    path("catalogue/plans/<uuid:pk>/edit", views.edit_plan, name="plan-edit"),
    path("catalogue/plans/<uuid:pk>/items/new", views.add_item, name="plan-item-add"),
    path("catalogue/plans/<uuid:pk>/prices/new", views.add_plan_price, name="plan-price-add"),
    path(
        "catalogue/plans/prices/<int:pk>/remove", views.remove_plan_price, name="plan-price-remove"
    ),
    path("catalogue/plans/items/<int:pk>/remove", views.remove_item, name="plan-item-remove"),
]
