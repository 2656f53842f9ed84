"""Build the index of search anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from archive.search.indexing import rebuild


class Command(BaseCommand):
    help = "Build the index of search anew, after the language of a space changed, say."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"{rebuild()} articles indexed.")
