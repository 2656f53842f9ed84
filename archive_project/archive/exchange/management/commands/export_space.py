"""``manage.py export_space SPACE FILE.zip``: what ``import_articles`` reads again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.articles.models import Article
from archive.attachments.models import Attachment
from archive.exchange.exporting import write_zip
from archive.spaces.models import Space


class Command(BaseCommand):
    help = "Writes the articles of a space and their files to a ZIP of Markdown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("space", help="The space's address, such as acme.")
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        space = Space.objects.filter(slug=options["space"]).first()
        if space is None:
            raise CommandError("There is no such space.")
        rows = Article.objects.current().filter(space=space)
        files = Attachment.objects.current().filter(article__in=rows)
        with options["file"].open("wb") as out:
            write_zip(out, space, rows, files)
