"""Print a link by which an administrator chooses a password: the first one, or one locked out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hm_auth.permissions import Level
from nexus.accounts.models import User
from nexus.accounts.operations import create_user
from nexus.accounts.password_reset import reset_link
from nexus.accounts.rules import may_authenticate


class Command(BaseCommand):
    help = (
        "Print nothing but a link that lets an administrator choose a password, once and for an "
        "hour. With --email the account is made, without a password, unless it is there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--email", help="Make the account if it is not there.")

    def handle(self, *_args: object, **options: Any) -> None:
        username = options["username"]
        user = User.objects.named(username).select_related("company").first()
        if user is None:
            user = _create(username, options["email"])
        elif user.permission_level != Level.ADMIN or not may_authenticate(user):
            raise CommandError(f"{username} is not an active administrator.")
        self.stdout.write(reset_link(user))


def _create(username: str, email: str | None) -> User:
    if not email:
        raise CommandError(f"There is no user {username}; --email makes one.", returncode=2)
    try:
        return create_user(
            username=username,
            email=email,
            full_name=username,
            permission_level=Level.ADMIN,
            password=None,
            by=None,
        )
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
