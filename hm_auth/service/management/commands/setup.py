"""``manage.py setup``: what ``init_db.py`` does, for those who think in management commands."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from hm_auth.service import Service, setup


def service() -> Service:
    """Return the description that the settings module of this service was made from."""
    found: Service = getattr(settings, "SERVICE")  # noqa: B009 - not a setting Django knows
    return found


class Command(BaseCommand):
    """Listed by ``manage.py help``; hm_auth.service.manage runs it before Django is configured."""

    help = "Set this service up: configuration, database, default data. The same as init_db.py."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments over as they are."""
        sys.exit(setup.run(service(), argv[2:]))

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Answer ``call_command``, which cannot ask anybody anything."""
        if code := setup.run(service(), ["--non-interactive"]):
            sys.exit(code)
