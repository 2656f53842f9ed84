"""``manage.py prepare``: bring database and static files up to the code. After every update."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

# Large, and shown by no page: the API's documentation is Swagger UI.
UNUSED = ["redoc"]


class Command(BaseCommand):
    """One process instead of three: each start of Django costs a second."""

    help = "Migrate, collect the static files and add the default data this service has."

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the three commands, the last one where the project has it."""
        verbosity = options["verbosity"]
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command(
            "collectstatic", interactive=False, verbosity=verbosity - 1, ignore_patterns=UNUSED
        )
        if "default_data" in get_commands():
            call_command("default_data", verbosity=verbosity)
