"""Render articles anew after the renderer changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from archive.articles.models import Article
from archive.articles.operations import rerender
from archive.articles.rendering import VERSION


class Command(BaseCommand):
    help = "Render the articles that an older renderer made; with --all every one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="Those of this renderer, too.")

    def handle(self, **options: Any) -> None:
        rows = (
            Article.objects.select_related("space")
            .only("id", "source", "version", "space__slug")
            .order_by("id")
        )
        if not options["all"]:
            rows = rows.exclude(rendered_by=VERSION)
        count = 0
        for article in rows.iterator(chunk_size=200):
            rerender(article)
            count += 1
        self.stdout.write(f"{count} articles rendered.")
