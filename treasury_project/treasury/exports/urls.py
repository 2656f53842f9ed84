"""The address of exports."""

from __future__ import annotations

from django.urls import path

from treasury.exports import views

urlpatterns = [path("invoices/export", views.export, name="export")]
