"""Replace the key that signs tokens, without refusing anybody."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nexus.signins.keys import KeyPending, announce_key, remove_useless_keys


class Command(BaseCommand):
    help = (
        "Publish a new signing key. It signs some ten minutes later, when every module has seen "
        "it, and the old one is accepted until its last token has expired; keys that can verify "
        "nothing any more are removed. Fit for a monthly timer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="The new key signs at once.")
        parser.add_argument(
            "--compromised",
            action="store_true",
            help="Somebody else may have the keys: sign with a new one and remove all others at "
            "once. Tokens of theirs are refused as soon as modules read the key set again.",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        compromised = options["compromised"]
        try:
            key = announce_key(at_once=options["now"] or compromised)
        except KeyPending as pending:
            raise CommandError(str(pending)) from pending
        removed = remove_useless_keys(all_but=key.kid) if compromised else 0
        self.stdout.write(f"Key {key.kid} signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC.")
        if removed:
            self.stdout.write(f"{removed} other keys are removed.")
