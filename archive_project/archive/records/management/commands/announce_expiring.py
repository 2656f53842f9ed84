"""``manage.py announce_expiring``: for a daily timer; running it twice tells nothing twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.records import announcing


class Command(BaseCommand):
    help = "Tells webhooks what expires in 90, 60, 30 or 0 days, each date once for every notice."

    def handle(self, *_args: Any, **_options: Any) -> None:
        told = announcing.announce(today=timezone.localdate())
        self.stdout.write(f"{told} dates came near.")
