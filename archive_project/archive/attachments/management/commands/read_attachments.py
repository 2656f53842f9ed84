"""``manage.py read_attachments``: for a timer, beside the worker; running it twice is harmless."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from archive.attachments import reading


class Command(BaseCommand):
    help = "Reads the words of attached files that wait, so that search finds them."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{reading.read_waiting()} files were read.")
