"""Print what the policy suggests today; writes and sends nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from treasury.dunning.suggestions import suggestions


class Command(BaseCommand):
    help = "Print the reminders and late fees that are suggested; a person approves them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, default=None)

    def handle(self, **options: Any) -> None:
        found = suggestions(options["date"] or timezone.localdate())
        for each in found:
            what = f"{each.measure.label} {each.stage}" if each.stage else each.measure.label
            line = f"{each.invoice.label}  {each.client_name}  {each.days_late} days  {what}"
            self.stdout.write(f"{line}  {each.amount}")
        self.stdout.write(f"{len(found)} suggested.")
