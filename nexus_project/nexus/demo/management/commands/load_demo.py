"""Load the invented companies, people and accounts of ``./hm demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Load the demo data, unless it is there. Refuses outside ./hm demo."

    def handle(self, **_options: Any) -> None:
        # The accounts have a published password: they may never appear in a real installation.
        if not settings.DEMO:
            raise CommandError("The demo data is loaded by ./hm demo only.")
        from nexus.demo import loader

        loaded = loader.load()
        self.stdout.write("Demo data loaded." if loaded else "Demo data is there already.")
