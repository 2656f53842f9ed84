"""The addresses of invoices."""

from __future__ import annotations

from django.urls import path

from treasury.invoices import views

urlpatterns = [
    path("invoices", views.invoices, name="invoices"),
    path("invoices/<uuid:pk>", views.invoice, name="invoice"),
    path("invoices/<uuid:pk>/issue", views.issue, name="invoice-issue"),
]
