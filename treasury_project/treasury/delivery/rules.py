"""When a mail is tried again, and what a mail server's refusal means. Pure Python."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from enum import Enum

# After each failed attempt; after the last one it is given up (about half a day in all).
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
PERMANENT = 500  # RFC 5321, 4.2.1: 4yz may be tried again, 5yz not


class Meaning(Enum):
    """What is known about a mail after its server answered otherwise than yes."""

    LATER = "refused for now"
    NEVER = "refused"
    UNKNOWN = "perhaps sent"  # so it is not sent again by itself


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after ``attempts`` failed ones (1 or more); None is giving up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def meaning_of(problem: Exception) -> Meaning:
    """Return what ``problem``, met while a mail was handed over, says about that mail.

    A connection that breaks after the text may break after it was taken, too.
    """
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        return Meaning.NEVER if min(codes, default=0) >= PERMANENT else Meaning.LATER
    if isinstance(problem, smtplib.SMTPResponseException):
        return Meaning.NEVER if problem.smtp_code >= PERMANENT else Meaning.LATER
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return Meaning.NEVER
    return Meaning.UNKNOWN
