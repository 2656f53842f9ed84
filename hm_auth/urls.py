"""The addresses every module has: ``path("", include("hm_auth.urls"))``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from hm_auth.rest.urls import both
from hm_auth.views import between_services, directory, machines, signing_in
from hm_auth.views.api import Me
from hm_auth.views.metrics import metrics

auth_patterns = (
    [
        path("auth/login", signing_in.login, name="login"),
        path("auth/logout", signing_in.logout, name="logout"),
        path("auth/start", between_services.start, name="start"),
        path("auth/authorize", between_services.authorize, name="authorize"),
        path("auth/callback", between_services.callback, name="callback"),
        path("auth/backchannel-logout", machines.backchannel_logout, name="backchannel_logout"),
    ],
    "hm_auth",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(auth_patterns)),
    path("healthz", machines.healthz, name="healthz"),
    path("readyz", machines.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("companies", directory.companies, name="companies"),
    *both("api/me/", Me.as_view(), name="api-me"),
]
