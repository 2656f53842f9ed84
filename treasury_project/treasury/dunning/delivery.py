"""Reminders on their way: the one place that mails them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial

from django.core.mail import EmailMessage
from django.db import transaction
from django_tasks import task

from treasury.clients.models import ClientTerms
from treasury.dunning.models import Notice


def send(notices: Sequence[Notice]) -> None:
    """Mail ``notices`` in the background, once this transaction is committed."""
    for each in notices:
        transaction.on_commit(partial(mail_reminder.enqueue, str(each.pk)))


def addresses(company_id: uuid.UUID) -> list[str]:
    """Return where invoices of this company go; a reminder goes to the same people."""
    terms = ClientTerms.objects.filter(pk=company_id).first()
    return list(terms.invoice_emails) if terms else []


@task()
def mail_reminder(notice_id: str) -> int:
    """Mail one reminder; returns the number of messages: 0 without an address."""
    notice = Notice.objects.select_related("invoice").get(pk=notice_id)
    to = addresses(notice.invoice.company_id)
    if not to:
        return 0
    subject = f"Reminder: {notice.invoice.label} is open"
    return int(EmailMessage(subject=subject, body=notice.text, to=to).send())
