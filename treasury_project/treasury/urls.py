"""The site map of Treasury."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("treasury.overview.urls")),
    path("", include("treasury.exports.urls")),
    path("", include("treasury.reports.urls")),
    path("", include("treasury.agreements.urls")),
    path("", include("treasury.catalogue.urls")),
    path("", include("treasury.billing.urls")),
    path("", include("treasury.invoices.urls")),
    path("", include("treasury.documents.urls")),
    path("", include("treasury.delivery.urls")),
    path("", include("treasury.payments.urls")),
    path("", include("treasury.receivables.urls")),
    path("", include("treasury.dunning.urls")),
    path("", include("treasury.usage.urls")),
    path("", include("treasury.api.urls")),
    path("", include("treasury.seller.urls")),
    path("", include("hm_auth.webhooks.urls")),
    path("", include("hm_auth.urls")),
]

handler400 = "hm_auth.rest.problems.handler400"
handler403 = "hm_auth.rest.problems.handler403"
handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
