"""The site map of Nexus."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("nexus.api.urls")),
    path("", include("nexus.signins.urls")),
    path("", include("nexus.pages.urls")),
]
