"""The app's name for people, in the admin's breadcrumbs."""

from __future__ import annotations

from django.apps import AppConfig


class ApiTokensConfig(AppConfig):
    name = "nexus.api_tokens"
    verbose_name = "API tokens"
