"""The addresses of payments, and of what is done with money and credit."""

from __future__ import annotations

from django.urls import path

from treasury.payments.views import credit, importing, invoices, payments

urlpatterns = [
    path("payments", payments.payments, name="payments"),
    path("payments/new", payments.record, name="payment-new"),
    path("payments/import", importing.choose, name="payments-import"),
    path("payments/import/preview", importing.preview, name="payments-import-preview"),
    path("payments/<uuid:pk>", payments.payment, name="payment"),
    path("payments/<uuid:pk>/reverse", payments.reverse_payment, name="payment-reverse"),
    path("allocations/<uuid:pk>/undo", invoices.undo_allocation, name="allocation-undo"),
    path("invoices/<uuid:pk>/use-credit", invoices.use_credit, name="invoice-use-credit"),
    path("invoices/<uuid:pk>/write-off", invoices.write_off, name="invoice-write-off"),
    path("invoices/<uuid:pk>/credit", credit.credit_note, name="invoice-credit"),
    path("clients/<uuid:company_id>/credit", invoices.client_credit, name="client-credit"),
    path("refunds/<uuid:pk>/reverse", invoices.reverse_refund, name="refund-reverse"),
]
