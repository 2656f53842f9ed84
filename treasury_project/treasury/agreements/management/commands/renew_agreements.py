"""Renew agreements that renew by themselves, for the timer that runs every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from treasury.agreements.operations import renew_due


class Command(BaseCommand):
    help = "Renew agreements that end and renew by themselves, for another term. Safe to run again."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        for row in renew_due(today=timezone.localdate()):
            self.stdout.write(f"{row.company_id} {row.title}: until {row.end}")
