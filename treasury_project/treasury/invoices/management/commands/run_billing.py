"""Draft what is due, for the timer that runs every night."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from treasury.invoices.due_drafts import LeftOut, compute
from treasury.invoices.operations import draft_due


class Command(BaseCommand):
    help = "Draft an invoice for every period that is due and has none. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=_day, help="the day to bill for (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="say what is due, write nothing")

    def handle(self, **options: Any) -> None:
        today = options["date"] or timezone.localdate()
        if options["dry_run"]:
            computed = compute(today)
            for agreement, draft in computed.drafts:
                first = draft.period.start
                self.stdout.write(f"{agreement.company_id} {agreement} from {first}: {draft.total}")
            self._report(f"{len(computed.drafts)} invoices would be drafted.", computed.left_out)
            return
        run = draft_due(today=today, by=None)
        self._report(f"{len(run.drafted)} invoices drafted.", run.left_out)

    def _report(self, done: str, left_out: tuple[LeftOut, ...] | list[LeftOut]) -> None:
        self.stdout.write(done)
        for each in left_out:
            about = f"{each.agreement.company_id} {each.agreement}"
            self.stderr.write(f"Left out: {about}: {'; '.join(each.reasons)}")
        if left_out:
            raise CommandError(f"{len(left_out)} agreements could not be billed.", returncode=3)


def _day(text: str) -> date:
    return date.fromisoformat(text)
