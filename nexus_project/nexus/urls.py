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

# Below /api/ an error is a problem document, wherever it happens; elsewhere it is a page.
handler400 = "hm_auth.rest.problems.handler400"
handler403 = "hm_auth.rest.problems.handler403"
handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
