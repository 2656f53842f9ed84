"""``manage.py send_expiry_reminders``: for a daily timer; running it twice is harmless."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.records import reminders


class Command(BaseCommand):
    help = "Mails what expires in 90, 60, 30 or 0 days, each date once for every notice."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            sent = reminders.send(today=timezone.localdate())
        except OSError as error:
            raise CommandError(
                f"The mail server does not take them ({error}): the next run tries again."
            ) from error
        self.stdout.write(f"{sent} dates were mailed.")
