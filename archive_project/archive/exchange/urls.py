"""The site map of import and export."""

from __future__ import annotations

from django.urls import path

from archive.exchange import views

urlpatterns = [
    path("spaces/<slug:space>/import", views.bring_in, name="space-import"),
    path("spaces/<slug:space>/export.zip", views.space, name="space-export"),
    path("articles/<slug:space>/<slug:slug>/article.md", views.article, name="article-export"),
]
