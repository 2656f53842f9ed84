"""Sending what waits: each mail at most once.

A process claims a mail (and commits that) before it hands it over, and writes the outcome after. So
two processes never send the same one; and one that dies between leaves a mail of which nobody can
know whether it went out. It is not sent again by itself: it is shown as failed, for a person.
"""

from __future__ import annotations

import smtplib
import uuid
from contextlib import suppress
from datetime import timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from treasury.delivery.mail import message_of
from treasury.delivery.models import Delivery, Kind, State
from treasury.delivery.rules import Meaning, meaning_of, pause_after
from treasury.delivery.tasks import send_waiting
from treasury.invoices.models import Invoice, Status

LONGEST = timedelta(minutes=15)  # that handing over a mail takes
PERHAPS = "It may have been sent: the connection broke. Ask before you send it again."
DIED = "It may have been sent: the program ended meanwhile. Ask before you send it again."
_PROBLEMS = (smtplib.SMTPException, OSError)  # making the PDF may raise ValueError, RuntimeError


def send_due(*, limit: int = 500) -> int:
    """Try every mail whose time has come, at most ``limit``; return how many were sent."""
    now = timezone.now()
    Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - LONGEST).update(
        state=State.FAILED, error=DIED
    )
    due = Delivery.objects.filter(state=State.QUEUED, next_attempt_at__lte=now)
    ids = list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])
    return sum(1 for pk in ids if send(pk))


def send(pk: uuid.UUID) -> bool:
    """Try one mail; False if it was not sent, is not due, or another process has it."""
    row = _claim(pk)
    if row is None:
        return False
    try:
        message = message_of(row)
        connection = get_connection()
        connection.open()
    except (*_PROBLEMS, ValueError, RuntimeError) as problem:  # nothing has been handed over
        _later(row, problem)
        return False
    try:
        connection.send_messages([message])
    except _PROBLEMS as problem:
        _refused(row, problem)
        return False
    _sent(row)
    with suppress(*_PROBLEMS):  # it is sent, however the server says goodbye
        connection.close()
    return True


@transaction.atomic
def _claim(pk: uuid.UUID) -> Delivery | None:
    rows = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    now = timezone.now()
    row: Delivery | None = (
        rows.select_related("invoice")
        .filter(pk=pk, state=State.QUEUED, next_attempt_at__lte=now)
        .first()
    )
    if row is not None:
        row.state, row.claimed_at, row.next_attempt_at = State.SENDING, now, None
        row.attempts += 1
        row.save(update_fields=["state", "claimed_at", "next_attempt_at", "attempts"])
    return row


@transaction.atomic
def _sent(row: Delivery) -> None:
    row.state, row.sent_at, row.error = State.SENT, timezone.now(), ""
    row.save(update_fields=["state", "sent_at", "error"])
    if row.kind == Kind.INVOICE and row.invoice is not None:
        issued = Invoice.objects.filter(pk=row.invoice.pk, status=Status.ISSUED)
        issued.update(status=Status.SENT)


def _refused(row: Delivery, problem: Exception) -> None:
    match meaning_of(problem):
        case Meaning.LATER:
            _later(row, problem)
        case Meaning.NEVER:
            _failed(row, _words(problem))
        case Meaning.UNKNOWN:
            _failed(row, PERHAPS)


@transaction.atomic
def _later(row: Delivery, problem: Exception) -> None:
    pause = pause_after(row.attempts)
    if pause is None:
        _failed(row, f"Given up after {row.attempts} attempts: {_words(problem)}")
        return
    row.state, row.error = State.QUEUED, _words(problem)
    row.next_attempt_at = timezone.now() + pause
    row.save(update_fields=["state", "error", "next_attempt_at"])
    again = send_waiting.using(run_after=row.next_attempt_at)
    transaction.on_commit(again.enqueue, robust=True)


def _failed(row: Delivery, error: str) -> None:
    row.state, row.error = State.FAILED, error[:300]
    row.save(update_fields=["state", "error"])


def _words(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]
