"""``manage.py send_digests``: for a timer every hour; running it twice sends nothing twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.discussion import digests
from hm_auth import nexus


class Command(BaseCommand):
    help = "Mails what people watch, to each as often as they chose."

    def handle(self, *_args: Any, **_options: Any) -> None:
        sent = digests.send_due(now=timezone.now(), caller=nexus.client.service_caller())
        self.stdout.write(f"{sent} digests were mailed.")
