"""The addresses of statements and receivables."""

from __future__ import annotations

from django.urls import path

from treasury.receivables import views

urlpatterns = [
    path("receivables", views.receivables, name="receivables"),
    path("statement", views.own_statement, name="own-statement"),
    path("clients/<uuid:company_id>/statement", views.statement, name="statement"),
]
