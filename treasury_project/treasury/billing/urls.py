"""The addresses of running the month."""

from __future__ import annotations

from django.urls import path

from treasury.billing.views import drafts, review

urlpatterns = [
    path("billing", review.review, name="billing"),
    path("billing/progress", review.progress, name="billing-progress"),
    path("billing/run", review.run, name="billing-run"),
    path("billing/approve", review.approve, name="billing-approve"),
    path("invoices/<uuid:pk>/recalculate", drafts.recalculate, name="draft-recalculate"),
    path("invoices/<uuid:pk>/discard", drafts.discard, name="draft-discard"),
    path("invoices/<uuid:pk>/lines/new", drafts.add_line, name="draft-line"),
    path("invoices/<uuid:pk>/edit", drafts.edit, name="draft-edit"),
]
