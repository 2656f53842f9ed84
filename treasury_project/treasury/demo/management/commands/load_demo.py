"""Load the invented agreements, devices and invoices of ``./hm demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone


class Command(BaseCommand):
    help = "Load the demo data, unless it is there. Refuses outside ./hm demo."

    def handle(self, **_options: Any) -> None:
        # Issued invoices stay for ever: invented ones may never appear in a real installation.
        if not settings.DEMO:
            raise CommandError("The demo data is loaded by ./hm demo only.")
        from treasury.demo import loader

        loaded = loader.load(today=timezone.localdate())
        self.stdout.write("Demo data loaded." if loaded else "Demo data is there already.")
