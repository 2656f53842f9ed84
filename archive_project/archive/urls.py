"""The site map of Archive."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("archive.pages.urls")),
    path("", include("archive.attachments.urls")),
    path("", include("archive.drafts.urls")),
    path("", include("archive.discussion.urls")),
    path("", include("archive.records.urls")),
    path("", include("archive.runbooks.urls")),
    path("", include("archive.exchange.urls")),
    path("", include("archive.feed.urls")),
    path("", include("archive.api.urls")),
    path("", include("hm_auth.webhooks.urls")),
    path("", include("hm_auth.urls")),
]

handler400 = "hm_auth.rest.problems.handler400"
handler403 = "hm_auth.rest.problems.handler403"
handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
