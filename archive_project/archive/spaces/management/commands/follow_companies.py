"""``manage.py follow_companies``: for a daily timer; running it twice changes nothing twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.spaces import following
from hm_auth import nexus
from hm_auth.exceptions import NexusRefused, NexusUnavailable


class Command(BaseCommand):
    help = "Gives the spaces of companies that were renamed in Nexus their new names."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            changed = following.follow(caller=nexus.client.service_caller())
        except (NexusRefused, NexusUnavailable) as error:
            raise CommandError(
                f"Nexus does not tell the names ({error}): the next run asks again."
            ) from error
        self.stdout.write(f"{changed} spaces were renamed.")
