"""The Django app of a module: users, sessions, sign-in pages."""

from __future__ import annotations

from django.apps import AppConfig


class HmAuthConfig(AppConfig):
    name = "hm_auth"
    verbose_name = "Sign-in"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing registers them.
        from hm_auth import checks  # noqa: F401
        from hm_auth.rest import bearer_scheme  # noqa: F401
