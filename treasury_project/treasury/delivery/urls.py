"""The addresses of sending."""

from __future__ import annotations

from django.urls import path

from treasury.delivery import views

urlpatterns = [
    path("invoices/<uuid:pk>/send", views.send, name="invoice-send"),
]
