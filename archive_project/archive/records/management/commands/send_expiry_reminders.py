"""``manage.py send_expiry_reminders``: for a daily timer; running it twice is harmless."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.records import reminders


class Command(BaseCommand):
    help = "Mails what expires in 90, 60, 30 or 0 days, each date once for every notice."

    def handle(self, *_args: Any, **_options: Any) -> None:
        sent = reminders.send(today=timezone.localdate())
        self.stdout.write(f"{sent} dates were mailed.")
