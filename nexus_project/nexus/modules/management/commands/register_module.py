"""Register a module from the command line; safe to repeat."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nexus.modules.models import NEXUS, Module
from nexus.modules.operations import change_module, new_secret, register_module
from nexus.modules.rules import SCOPES

PRINT_HELP = "Print nothing but the secret; a module that is there already gets a new one."
TEXTS = ("name", "url", "icon", "description")


class Command(BaseCommand):
    help = (
        "Register a module, or correct its registration: only what is named on the command line is "
        "changed. A new secret is printed once, as the last line; it cannot be shown again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client_id", help="Short name such as treasury; it never changes.")
        parser.add_argument("--name", help="What people read.")
        parser.add_argument(
            "--url", help="Where browsers find it, such as https://treasury.msp.example"
        )
        parser.add_argument("--icon", help="Name of a Lucide icon.")
        parser.add_argument("--description")
        parser.add_argument("--position", type=int, help="Place in the menu, low first.")
        parser.add_argument("--scopes", help=f"By comma, of: {', '.join(SCOPES)}.")
        parser.add_argument("--levels", help="Who may open it, by comma; without it everybody.")
        parser.add_argument("--new-secret", action="store_true", help="Replace the secret.")
        parser.add_argument("--print-secret", action="store_true", help=PRINT_HELP)
        parser.add_argument(
            "--secret-from-env", metavar="NAME", help="Take the secret from this variable."
        )

    def handle(self, *_args: object, **options: Any) -> None:
        client_id = options["client_id"]
        if client_id == NEXUS:
            raise CommandError("Nexus registers itself.", returncode=2)
        given = _secret_of_environment(options["secret_from_env"])
        fields = _fields(options)
        module = Module.objects.filter(client_id=client_id).first()
        replace = options["new_secret"] or (options["print_secret"] and given is None)
        try:
            secret = self._write(module, client_id, fields, given, replace=replace)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["print_secret"]:
            self.stdout.write(secret or "")
            return
        self.stdout.write(f"{client_id}: {'corrected' if module else 'registered'}.")
        if secret and not given:
            self.stdout.write(f"Client secret (shown this once): {secret}")

    def _write(
        self,
        module: Module | None,
        client_id: str,
        fields: dict[str, Any],
        given: str | None,
        *,
        replace: bool,
    ) -> str | None:
        if module is None:
            if missing := [f"--{name}" for name in ("name", "url") if name not in fields]:
                raise CommandError(f"A new module needs {' and '.join(missing)}.", returncode=2)
            made = register_module(client_id=client_id, by=None, secret=given, **fields)
            return made.secret
        if fields:
            change_module(module=module, by=None, **fields)
        if given is not None and module.has_secret(given):
            return given
        if replace or given is not None:
            return new_secret(module=module, by=None, secret=given)
        return None


def _secret_of_environment(name: str | None) -> str | None:
    if name is None:
        return None
    if not (secret := os.environ.get(name)):
        raise CommandError(f"{name} is not set.", returncode=2)
    return secret


def _fields(options: dict[str, Any]) -> dict[str, Any]:
    fields = {name: options[name] for name in (*TEXTS, "position") if options[name] is not None}
    for name in ("scopes", "levels"):
        if options[name] is not None:
            fields[name] = [item.strip() for item in options[name].split(",") if item.strip()]
    return fields
