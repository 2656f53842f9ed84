"""Letting the words of files find their article: what waits is read, one file after another."""

from __future__ import annotations

import subprocess

from django.db import transaction

from archive import apart
from archive.attachments import extracting
from archive.attachments.models import Attachment, State
from archive.attachments.rules.kinds import ending
from archive.attachments.storing import path_of, storage
from archive.search import indexing

LONGEST = 60  # seconds, beside the limit of CPU


def read_waiting() -> int:
    """Read every file that waits and return how many were."""
    count = 0
    while _read_one():
        count += 1
    return count


@transaction.atomic
def _read_one() -> bool:
    waiting = Attachment.objects.current().exclude(article=None).filter(state=State.WAITING)
    waiting = waiting.select_for_update(skip_locked=True).order_by("created_at")
    attachment = waiting.first()
    if attachment is None:
        return False
    text, article_id = extract(attachment), attachment.article_id
    attachment.state = State.UNREADABLE if text is None else State.READ
    attachment.save(update_fields=["state"])
    if text and article_id:
        indexing.add_text(
            article_id=article_id, source=source_of(attachment),
            text=f"{attachment.name}\n{text}",
        )  # fmt: skip
    return True


def source_of(attachment: Attachment) -> str:
    """Return the name under which the search keeps the words of ``attachment``."""
    return f"attachment:{attachment.pk}"


def extract(attachment: Attachment) -> str | None:
    """Return the words of the file, or None when it cannot be read within the limits."""
    try:
        with storage().open(path_of(attachment.digest)) as file:
            content = file.read()
        kind = ending(attachment.name)
        told = apart.run(extracting.__file__, kind, content=content, longest=LONGEST)
    except (OSError, subprocess.SubprocessError):
        return None
    return told.decode("utf-8", "replace")
