"""The addresses of reports."""

from __future__ import annotations

from django.urls import path

from treasury.reports import views

urlpatterns = [
    path("reports", views.revenue, name="reports"),
    path("reports/profitability", views.profitability, name="profitability"),
]
