"""The site map of import and export."""

from __future__ import annotations

from django.urls import path

from archive.exchange import views

ARTICLE = "articles/<slug:space>/<slug:slug>"

urlpatterns = [
    path("spaces/<slug:space>/import", views.bring_in, name="space-import"),
    path("spaces/<slug:space>/export.zip", views.space, name="space-export"),
    path(f"{ARTICLE}/print", views.printed, name="article-print"),
    path(f"{ARTICLE}/article.html", views.html, name="article-html"),
    path(f"{ARTICLE}/article.md", views.article, name="article-export"),
    path(f"{ARTICLE}/article.zip", views.article_zip, name="article-zip"),
]
