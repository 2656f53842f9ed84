"""Load the items of ``./hm demo``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sample.items import demo


class Command(BaseCommand):
    help = "Load the demo items, unless there are any. Refuses outside ./hm demo."

    def handle(self, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo data is loaded by ./hm demo only.")
        count = demo.load()
        self.stdout.write(f"{count} items loaded." if count else "Demo data is there already.")
