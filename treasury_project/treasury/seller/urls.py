"""The addresses of settings."""

from __future__ import annotations

from django.urls import path

from treasury.seller import views

urlpatterns = [
    path("settings", views.settings, name="settings"),
    path("settings/business", views.business, name="business"),
    path("settings/taxes", views.taxes, name="taxes"),
    path("settings/taxes/new", views.add_tax, name="tax-add"),
    path("settings/taxes/<int:pk>/end", views.end_tax, name="tax-end"),
    path("clients/<uuid:company_id>/terms", views.terms, name="client-terms"),
]
