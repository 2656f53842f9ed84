"""Do what waits in the background, in a process of its own, until it is told to stop."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Do what waits in the background until told to stop (SIGTERM or Ctrl-C; the job in hand "
        "is finished first). It waits in the database, or in Redis with REDIS_URL."
    )

    def handle(self, *_args: object, **_options: object) -> None:
        if not apps.is_installed("django_tasks_db"):
            raise CommandError("This service has no work in the background.")
        if settings.REDIS_URL:
            from hm_auth.service import redis_queue

            redis_queue.work()
        else:
            call_command("db_worker", interval=1, startup_delay=False)
