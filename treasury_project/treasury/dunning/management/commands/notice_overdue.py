"""Notice overdue invoices, for the timer that runs every morning."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from treasury.dunning.overdue import notice


class Command(BaseCommand):
    help = "Tell webhooks of invoices that became overdue. Each is told once; safe to run again."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        self.stdout.write(f"{notice(today=timezone.localdate())} invoices are newly overdue.")
