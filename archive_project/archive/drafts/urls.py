"""The site map of what the editor asks for."""

from __future__ import annotations

from django.urls import path

from archive.drafts import views

urlpatterns = [
    path("spaces/<slug:space>/draft", views.keep_new, name="draft-new"),
    path("spaces/<slug:space>/draft/discard", views.discard_new, name="draft-new-discard"),
    path("spaces/<slug:space>/preview", views.preview, name="preview"),
    path("spaces/<slug:space>/complete", views.complete, name="complete"),
    path("articles/<slug:space>/<slug:slug>/draft", views.keep, name="draft"),
    path("articles/<slug:space>/<slug:slug>/draft/discard", views.discard, name="draft-discard"),
    path("articles/<slug:space>/<slug:slug>/presence", views.presence, name="presence"),
]
