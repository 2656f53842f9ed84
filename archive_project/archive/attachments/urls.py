"""The site map of attachments."""

from __future__ import annotations

from django.urls import path

from archive.attachments import views

urlpatterns = [
    path("attachments/upload", views.upload, name="attachment-upload"),
    path("attachments/<uuid:pk>", views.attachment, name="attachment"),
    path("attachments/<uuid:pk>/thumbnail", views.thumbnail, name="attachment-thumbnail"),
    path("attachments/<uuid:pk>/remove", views.remove, name="attachment-remove"),
    path("attachments/<uuid:pk>/put-back", views.put_back, name="attachment-put-back"),
    path("articles/<slug:space>/<slug:slug>/files", views.files, name="article-files"),
]
