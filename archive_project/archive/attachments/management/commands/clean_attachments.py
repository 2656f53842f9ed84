"""``manage.py clean_attachments``: for a daily timer; running it twice is harmless."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.attachments import operations
from archive.exchange import operations as imports


class Command(BaseCommand):
    help = (
        "Deletes files that nothing has needed for 30 days: no article, no revision, no draft; "
        "files that were sent to be imported a day ago, and reports of imports after 90 days."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        now = timezone.now()
        rows, files = operations.clean(now=now)
        self.stdout.write(f"{rows} attachments and {files} files were deleted.")
        files, reports = imports.clean(now=now)
        self.stdout.write(f"{reports} imports and {files} files of imports were deleted.")
