"""The mails an account gets. Plain text, links from PUBLIC_URL, no word a stranger has typed."""

from __future__ import annotations

import logging
from threading import Thread

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from nexus.accounts.models import User
from nexus.accounts.password_reset import link_expiry, reset_link
from nexus.signins import audit
from nexus.signins.models import EventKind

logger = logging.getLogger(__name__)


def send_password_reset(user: User) -> None:
    """Mail ``user`` a link to choose a new password.

    It is delivered on a thread of its own: an answer that waited for the mail server would tell
    which addresses have an account.
    """
    message = _message(user, "Reset your HiveMatrix password", "password_reset")
    Thread(target=_deliver, args=(message,), name="password-reset-mail").start()


def send_invitation(user: User, *, by: User) -> None:
    """Mail a new ``user`` a link to choose a first password.

    Raises OSError (smtplib's errors among them) when the mail cannot be sent.
    """
    _message(user, "Your HiveMatrix account", "invitation", by=by).send()
    audit.record(EventKind.USER_INVITED, user=user, by=by)


def _message(user: User, subject: str, template: str, **context: object) -> EmailMessage:
    body = render_to_string(
        f"accounts/mail/{template}.txt",
        {
            "user": user,
            "link": reset_link(user),
            "expires": f"{link_expiry():%H:%M %Z on %A, %-d %B %Y}",
            "public_url": settings.PUBLIC_URL,
            **context,
        },
    )
    # RFC 3834: no out-of-office answers to these.
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[user.email], headers=headers)


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:  # SMTPException is one
        logger.exception("A password reset mail could not be sent")
