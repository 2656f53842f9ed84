"""``manage.py send_queued``: send the mails that wait. For a timer, every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from treasury.delivery.sending import send_due


class Command(BaseCommand):
    """The worker sends at once; this finds what it lost, and works without one."""

    help = "Send the e-mails that are queued and whose time has come."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Send, and say how many were sent."""
        self.stdout.write(f"{send_due()} sent.")
