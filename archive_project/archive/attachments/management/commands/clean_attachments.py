"""``manage.py clean_attachments``: for a weekly timer; running it twice is harmless."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.attachments import operations


class Command(BaseCommand):
    help = "Deletes files that nothing has needed for 30 days: no article, no revision, no draft."

    def handle(self, *_args: Any, **_options: Any) -> None:
        rows, files = operations.clean(now=timezone.now())
        self.stdout.write(f"{rows} attachments and {files} files were deleted.")
