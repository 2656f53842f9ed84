"""The addresses of signing in to Nexus; the same as in every module."""

from __future__ import annotations

from django.urls import path

from hm_auth.views.metrics import metrics
from nexus.signins.views import handover, health, signing_in

app_name = "hm_auth"

urlpatterns = [
    path("auth/login", signing_in.login, name="login"),
    path("auth/logout", signing_in.logout, name="logout"),
    path("auth/start", handover.start, name="start"),
    path("auth/authorize", handover.authorize, name="authorize"),
    path("auth/callback", handover.callback, name="callback"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
