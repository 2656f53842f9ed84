"""The addresses of the overview."""

from __future__ import annotations

from django.urls import path

from treasury.overview.views import articles, clients, dashboard

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("clients", clients.clients, name="clients"),
    path("clients/clients.csv", clients.download, name="clients-file"),
    path("clients/<uuid:company_id>", clients.client, name="client"),
    path("clients/<uuid:company_id>/hours", clients.hours, name="client-hours"),
    path("clients/<uuid:company_id>/articles", articles.articles, name="client-articles"),
]
