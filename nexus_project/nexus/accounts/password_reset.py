"""Choosing a password by a link in a mail: for who forgot theirs, and for who was invited."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from nexus.accounts.models import User
from nexus.accounts.operations import set_password
from nexus.accounts.rules import may_authenticate
from nexus.signins import throttle
from nexus.signins.exceptions import TooManyAttempts
from nexus.signins.rules import address_group, spelling_digest

# So many mails to one mailbox, or asked for from one place, before each next one has to wait.
FREE_PER_MAIL = 2
FREE_PER_ADDRESS = 9


class LinkUsed(Exception):
    """The link was used, or voided, between showing the form and sending it."""


def reset_link(user: User) -> str:
    """Return a link that lets ``user`` choose a password, once, for PASSWORD_RESET_TIMEOUT seconds.

    Its host is PUBLIC_URL, never the request's Host header, which the asker may forge.
    """
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.PUBLIC_URL + reverse("password-reset-confirm", args=(uid, token))


def link_expiry() -> datetime:
    """Return when a link made now stops working, in the installation's time zone."""
    return timezone.localtime() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def ask_for_link(*, email: str, ip: str) -> User | None:
    """Return whom to mail a link at ``email``: an account that may sign in, or nobody.

    A mailbox is sent so many links and then none for a while; asking answers the same, so that
    nobody learns whose mailbox it is. The counters are apart from those of signing in. Raises
    TooManyAttempts for an address that asks too often, whatever for.
    """
    if ip:
        throttle.count_attempt([throttle.Counter(f"reset@{address_group(ip)}", FREE_PER_ADDRESS)])
    user = User.objects.with_address(email).select_related("company").first()
    mailbox = user.pk.hex if user is not None else spelling_digest(email)
    try:
        throttle.count_attempt([throttle.Counter(f"reset:{mailbox}", FREE_PER_MAIL)])
    except TooManyAttempts:
        return None
    return user if user is not None and may_authenticate(user) else None


@transaction.atomic
def reset_password(*, user: User, token: str, password: str) -> None:
    """Set the password chosen behind a link, and end every sign-in made with the old one.

    The row is locked while the token is checked again, so that of two forms sent at once from one
    link only one counts. Raises LinkUsed.
    """
    rows = User.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    locked = rows.get(pk=user.pk)
    if not may_authenticate(locked) or not default_token_generator.check_token(locked, token):
        raise LinkUsed
    set_password(user=locked, password=password, by=locked)
    throttle.forget_account(locked.pk)
