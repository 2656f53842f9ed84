"""Mail about what expires soon: one message a type, each date once for every notice."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from archive.records.models import Expiry, RecordType
from archive.records.rules import NOTICES, notice


def send(*, today: date) -> int:
    """Mail what has come due since the last run and return how many dates were in the mails.

    A type's dates are marked in the transaction that sends its mail: when the mail server refuses,
    nothing is marked, and the next run tries again. Raises OSError (SMTPException is one).
    """
    types = RecordType.objects.exclude(remind=[]).order_by("name")
    return sum(_send_for(kind, today) for kind in types)


@transaction.atomic
def _send_for(kind: RecordType, today: date) -> int:
    rows = Expiry.objects.current().select_for_update(of=("self",), skip_locked=True)
    last = date.fromordinal(today.toordinal() + max(NOTICES))
    rows = rows.filter(record__type=kind, on__lte=last).select_related("record__space", "field")
    due = []
    for row in rows.order_by("on", "id"):
        stage = notice(row.on, today)
        if stage is not None and (row.reminded is None or stage < row.reminded):
            row.reminded = stage
            due.append(row)
    if due:
        Expiry.objects.bulk_update(due, ["reminded"])
        _mail(kind, due, today).send()
    return len(due)


def _mail(kind: RecordType, due: list[Expiry], today: date) -> EmailMessage:
    lines = [
        f"{row.on.isoformat()}  {_when(row.on, today)}  {row.record.space}: {row.record} "
        f"({row.field})\n  {settings.PUBLIC_URL}"
        + reverse("record", args=[kind.slug, row.record_id])
        for row in due
    ]
    body = "\n".join([f"{kind}: what expires soon.", "", *lines, ""])
    subject = " ".join(f"{kind}: {len(due)} expiring".split())  # a header has one line
    return EmailMessage(subject=subject, body=body, to=kind.remind)


def _when(on: date, today: date) -> str:
    days = (on - today).days
    return "today" if days == 0 else f"in {days} days" if days > 0 else f"{-days} days ago"
