"""Draft what is due, for the timer that runs every night."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from treasury.agreements.models import Agreement
from treasury.invoices import running
from treasury.invoices.drafts import agreements_of
from treasury.invoices.due_drafts import LeftOut, compute

WIDTH = 40  # of the progress bar


class Command(BaseCommand):
    help = "Draft an invoice for every period that is due and has none. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=_day, help="the day to bill for (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="say what is due, write nothing")

    def handle(self, **options: Any) -> None:
        today = options["date"] or timezone.localdate()
        if options["dry_run"]:
            self._dry_run(today)
            return
        run = running.begin(today=today, by=None)
        made = running.perform(run, progress=self._progress)
        self._report(
            f"{run.drafted} invoices drafted, {run.changed} changed, {run.removed} removed.",
            made.left_out,
        )

    def _dry_run(self, today: date) -> None:
        companies = Agreement.objects.filter(start__lte=today).values_list("company_id", flat=True)
        rows = agreements_of(list(companies), today)
        computed = compute(rows, today, contacts=running.people_of_nexus())
        new = [each for each in computed.drafts if each.before is None]
        for each in new:
            first, total = each.draft.period.start, each.draft.total
            self.stdout.write(f"{each.agreement.company_id} {each.agreement} from {first}: {total}")
        self._report(f"{len(new)} invoices would be drafted.", computed.left_out)

    def _progress(self, done: int, total: int) -> None:
        """Draw a bar where somebody looks; a log file gets none."""
        if self.stderr.isatty() and total:
            filled = WIDTH * done // total
            bar = "#" * filled + "." * (WIDTH - filled)
            self.stderr.write(f"\r[{bar}] {done} of {total}", ending="\n" if done == total else "")

    def _report(self, done: str, left_out: list[LeftOut]) -> None:
        self.stdout.write(done)
        for each in left_out:
            about = f"{each.agreement.company_id} {each.agreement}"
            self.stderr.write(f"Left out: {about}: {'; '.join(each.reasons)}")
        if left_out:
            raise CommandError(f"{len(left_out)} agreements could not be billed.", returncode=3)


def _day(text: str) -> date:
    return date.fromisoformat(text)
