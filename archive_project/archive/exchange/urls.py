"""The site map of import and export."""

from __future__ import annotations

from django.urls import path

from archive.exchange import import_views, views

ARTICLE = "articles/<slug:space>/<slug:slug>"

urlpatterns = [
    path("spaces/<slug:space>/import", import_views.upload, name="space-import"),
    path("imports/<uuid:pk>", import_views.shown, name="import"),
    path("imports/<uuid:pk>/progress", import_views.progress, name="import-progress"),
    path("imports/<uuid:pk>/begin", import_views.begin, name="import-begin"),
    path("imports/<uuid:pk>/cancel", import_views.cancel, name="import-cancel"),
    path("spaces/<slug:space>/export.zip", views.space, name="space-export"),
    path(f"{ARTICLE}/print", views.printed, name="article-print"),
    path(f"{ARTICLE}/article.html", views.html, name="article-html"),
    path(f"{ARTICLE}/article.md", views.article, name="article-export"),
    path(f"{ARTICLE}/article.zip", views.article_zip, name="article-zip"),
]
