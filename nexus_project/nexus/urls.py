"""The site map of Nexus."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from hm_auth.ui import styleguide
from nexus.signins.views import signing_in

urlpatterns = [
    # The admin's own doors would pass by the throttle, the audit trail and the other modules.
    path("admin/login/", signing_in.admin_login),
    path("admin/logout/", signing_in.logout),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account")),
    path("admin/", admin.site.urls),
    path("", include("nexus.api.urls")),
    path("", include("nexus.signins.urls")),
    path("", include("nexus.pages.urls")),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("styleguide", styleguide.show))

# Below /api/ an error is a problem document, wherever it happens; elsewhere it is a page.
handler400 = "hm_auth.rest.problems.handler400"
handler403 = "hm_auth.rest.problems.handler403"
handler404 = "hm_auth.rest.problems.handler404"
handler500 = "hm_auth.rest.problems.handler500"
