"""The Django app that brings the management commands every service has, and error reports."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings

from hm_auth.service import sentry


class ServiceConfig(AppConfig):
    """No models, no URLs: commands, and reports to Sentry where the configuration asks for them."""

    name = "hm_auth.service"
    label = "hm_service"
    verbose_name = "Service"

    def ready(self) -> None:
        """Run in every process of the service: server, worker and commands of timers."""
        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN, service=settings.SERVICE_NAME)
