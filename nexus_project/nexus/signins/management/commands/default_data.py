"""What a fresh Nexus needs before anybody can sign in."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from nexus.modules.operations import ensure_nexus
from nexus.signins.keys import announce_key
from nexus.signins.models import SigningKey


class Command(BaseCommand):
    help = "Add what Nexus needs to run: its own row among the modules and a first signing key."

    def handle(self, *_args: object, **_options: object) -> None:
        ensure_nexus(url=settings.PUBLIC_URL)
        if SigningKey.objects.exists():
            self.stdout.write("Signing key: there already.")
        else:
            self.stdout.write(f"Signing key: made {announce_key().kid}.")
