"""``manage.py send_digests``: for a timer every hour; running it twice sends nothing twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.discussion import digests
from hm_auth import nexus
from hm_auth.exceptions import NexusRefused, NexusUnavailable


class Command(BaseCommand):
    help = "Mails what people watch, to each as often as they chose."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            sent = digests.send_due(now=timezone.now(), caller=nexus.client.service_caller())
        except OSError as error:
            raise CommandError(
                f"The mail server does not take them ({error}): the next run tries again."
            ) from error
        except (NexusRefused, NexusUnavailable) as error:
            raise CommandError(
                f"Nexus does not say who may be told ({error}): the next run tries again."
            ) from error
        self.stdout.write(f"{sent} digests were mailed.")
