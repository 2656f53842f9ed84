"""The site map."""

from __future__ import annotations

from django.urls import include, path

from hm_auth.rest import docs

urlpatterns = [
    path("", include("sample.items.urls")),
    *docs.urlpatterns,
    path("", include("hm_auth.urls")),
]

handler400 = "hm_auth.rest.problems.handler400"
handler403 = "hm_auth.rest.problems.handler403"
handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
