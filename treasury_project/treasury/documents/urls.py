"""The addresses of documents."""

from __future__ import annotations

from django.urls import path

from treasury.documents import views

urlpatterns = [
    path("invoices/pdfs", views.month_of_pdfs, name="invoice-pdfs"),
    path("invoices/<uuid:pk>/pdf", views.invoice_pdf, name="invoice-pdf"),
    path("invoices/<uuid:pk>/cii", views.invoice_xml, {"form": "cii"}, name="invoice-cii"),
    path("invoices/<uuid:pk>/ubl", views.invoice_xml, {"form": "ubl"}, name="invoice-ubl"),
]
