"""The Django app that brings the management commands every service has."""

from __future__ import annotations

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """No models, no URLs: commands only."""

    name = "hm_auth.service"
    label = "hm_service"
    verbose_name = "Service"
