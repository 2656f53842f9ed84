"""Load the articles of ``./hm demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Load the demo articles, unless they are there. Refuses outside ./hm demo."

    def handle(self, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo data is loaded by ./hm demo only.")
        from archive.demo import loader

        count = loader.load()
        self.stdout.write(f"{count} articles loaded." if count else "Demo data is there already.")
