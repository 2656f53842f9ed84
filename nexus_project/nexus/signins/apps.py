"""How the admin calls this app."""

from __future__ import annotations

from django.apps import AppConfig


class SigninsConfig(AppConfig):
    name = "nexus.signins"
    verbose_name = "Sign-ins"
