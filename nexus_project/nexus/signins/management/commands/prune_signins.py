"""Throw away what nobody needs any more. Fit for a nightly timer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from nexus.signins import pruning


class Command(BaseCommand):
    help = (
        "Remove ended and expired sign-ins, used-up codes, forgotten counters, useless keys and "
        "events older than --event-days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--event-days",
            type=int,
            default=pruning.EVENT_DAYS,
            help="How long the audit trail is kept (%(default)s).",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        for name, count in pruning.prune(event_days=options["event_days"]).items():
            self.stdout.write(f"{name}: {count} removed")
