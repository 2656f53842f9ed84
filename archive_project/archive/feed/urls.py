"""The addresses of the feed."""

from __future__ import annotations

from django.urls import path

from archive.feed import views

urlpatterns = [
    path("feed.atom", views.feed, name="feed"),
    path("subscribe", views.subscribe, name="subscribe"),
]
