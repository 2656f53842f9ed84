"""The Django app; its tables begin with ``webhooks_``."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "hm_auth.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"
