"""``manage.py import_articles SPACE PATH --as USER``: a folder or ZIP into a space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.exchange import files, importing
from archive.exchange.planning import Step
from archive.spaces.models import Space
from hm_auth.models import User


class Command(BaseCommand):
    help = "Imports Markdown, HTML and DOCX from a folder or ZIP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("space", help="The space's address, such as acme.")
        parser.add_argument("path", type=Path)
        parser.add_argument("--as", dest="username", required=True, help="Who signs the revisions.")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["path"]
        space = Space.objects.filter(slug=options["space"]).first()
        person = User.objects.filter(username=options["username"]).order_by("-last_seen_at").first()
        if space is None or person is None or not path.exists():
            raise CommandError("There is no such space, path, or person who has signed in here.")
        try:
            folder = path.is_dir()
            read, left_out = files.of_folder(path) if folder else files.of_zip(path.read_bytes())
            report = importing.run(
                space=space, files=read, left_out=left_out, by=person, dry=options["dry_run"],
                tell=self._tell,
            )  # fmt: skip
        except files.Refused as error:
            raise CommandError(str(error)) from error
        for row in report:
            self.stdout.write(f"{row.done:10} {row.path}  {row.why}".rstrip())

    def _tell(self, step: Step, done: int, total: int, _path: str) -> None:
        if done % 50 == 0 or done == total:
            self.stderr.write(f"{step}: {done} of {total}")
