"""Deliver what waits, for the timer that runs every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from hm_auth.webhooks.operations import deliver_due


class Command(BaseCommand):
    help = "Send every webhook message whose time has come. Safe to run at any moment."

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        self.stdout.write(f"{deliver_due()} messages tried.")
