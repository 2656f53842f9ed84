"""Create an administrator: the first one, or one more when nobody can get in."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hm_auth.permissions import Level
from nexus.accounts.models import User
from nexus.accounts.operations import create_user

VARIABLE = "HM_ADMIN_PASSWORD"


class Command(BaseCommand):
    help = (
        f"Create an administrator. The password comes from {VARIABLE}, from standard input, or is "
        "asked for; never from the command line, where other users could read it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", help="Full name; the username when left out.")

    def handle(self, *_args: object, **options: Any) -> None:
        username = options["username"]
        if User.objects.named(username).exists():
            self.stdout.write(f"There is a user {username} already: skipping.")
            return
        try:
            create_user(
                username=username,
                email=options["email"],
                full_name=options["name"] or username,
                permission_level=Level.ADMIN,
                password=_password(),
                by=None,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Administrator {username} is created.")


def _password() -> str:
    if password := os.environ.get(VARIABLE):
        return password
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    if password := sys.stdin.readline().rstrip("\n"):
        return password
    raise CommandError(f"Give the password in {VARIABLE} or on standard input.", returncode=2)
