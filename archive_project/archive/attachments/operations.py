"""Every write to attachments."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from archive.articles.models import Article, Revision
from archive.attachments import storing
from archive.attachments.images import look_at
from archive.attachments.models import Attachment, State
from archive.attachments.reading import source_of
from archive.attachments.rules.kinds import BYTES, DOWNLOADS, READABLE, clean_name, ending
from archive.attachments.tasks import read_waiting_files
from archive.search import indexing
from hm_auth.exceptions import HiveMatrixError

MENTIONED = re.compile(r"/attachments/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
MOST = 200  # files of one article
KEPT = timedelta(days=30)  # what was taken off, or never saved, and is in no revision
LOCK = 0x4156  # of PostgreSQL: nothing is stored while files without a row are deleted


class NotPossible(HiveMatrixError):
    """The file cannot be attached; the message says why, for people."""

    code = "not_possible"


@transaction.atomic
def attach(*, name: str, content: File[Any], by: Any, article: Article | None = None,
           now: datetime | None = None) -> Attachment:  # fmt: skip
    """Store ``content`` as a file of ``article``, or for the one ``by`` is writing (None).

    Raises NotPossible for an empty or too large file, and for an article with 200 files.
    """
    _check(article, content.size or 0)
    _lock("shared")
    digest = storing.digest_of(content)
    storing.put(storing.path_of(digest), content)
    content.seek(0)
    picture = look_at(content)
    name = clean_name(name)
    made = Attachment(
        article=article, name=name, digest=digest, size=content.size,
        media_type=DOWNLOADS.get(ending(name), BYTES),
        state=State.WAITING if ending(name) in READABLE else State.NONE,
        uploaded_by_id=by.pk, uploaded_by_name=str(by), created_at=now or timezone.now(),
    )  # fmt: skip
    if picture:
        made.media_type, made.state = picture.media_type, State.NONE
        made.width, made.height = picture.width, picture.height
        storing.put_bytes(storing.thumbnail_path(digest), picture.thumbnail)
    made.save(force_insert=True)
    if article is not None:
        _index([made])
    return made


@transaction.atomic
def claim(*, article: Article, by: Any) -> None:
    """Give ``article`` the files that ``by`` put into its text before it was saved first."""
    rows = Attachment.objects.filter(article=None, uploaded_by_id=by.pk)
    found = list(rows.filter(pk__in=mentioned(article.source)).select_for_update())
    adopt(article=article, attachments=found)


@transaction.atomic
def adopt(*, article: Article, attachments: list[Attachment]) -> None:
    """Give ``article`` files that were attached to none."""
    for attachment in attachments:
        attachment.article = article
    Attachment.objects.bulk_update(attachments, ["article"])
    _index(attachments)


@transaction.atomic
def remove(*, attachment: Attachment, now: datetime | None = None) -> None:
    """Take the file off its article. Old revisions still show it, to the staff."""
    rows = Attachment.objects.current().filter(pk=attachment.pk)
    if rows.update(removed_at=now or timezone.now()) and attachment.article_id:
        indexing.remove_text(article_id=attachment.article_id, source=source_of(attachment))


@transaction.atomic
def put_back(*, attachment: Attachment) -> None:
    """Undo ``remove``."""
    rows = Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=False)
    again = State.NONE if attachment.state == State.NONE else State.WAITING
    if rows.update(removed_at=None, state=again) and attachment.article_id:
        _index([attachment])


def clean(*, now: datetime) -> tuple[int, int]:
    """Delete what nothing needs, and return how many rows and how many files that was.

    Rows: taken off, or never saved into an article, 30 days ago, and in no revision or draft.
    Files: those no row names. Nobody can attach meanwhile.
    """
    return _delete_rows(now - KEPT), _delete_files()


def mentioned(source: str) -> set[uuid.UUID]:
    """Return the ids of the attachments that the Markdown ``source`` links to."""
    return {uuid.UUID(match) for match in MENTIONED.findall(source)}


@transaction.atomic
def _delete_rows(old: datetime) -> int:
    taken_off = Q(removed_at__lt=old)
    never_saved = Q(article=None, created_at__lt=old)
    rows = Attachment.objects.filter(taken_off | never_saved)
    unused = [row.pk for row in rows if not _is_in_a_text(row)]
    Attachment.objects.filter(pk__in=unused).delete()
    return len(unused)


@transaction.atomic
def _delete_files() -> int:
    _lock()
    kept = set(Attachment.objects.values_list("digest", flat=True).distinct())
    storage = storing.storage()
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:  # the folder is made with the first file
        return 0
    count = 0
    for folder in filter(storing.FOLDER.fullmatch, folders):  # others keep files there, too
        for name in storage.listdir(folder)[1]:
            if name.partition(".")[0] not in kept:
                storage.delete(f"{folder}/{name}")
                count += 1
    return count


def _is_in_a_text(attachment: Attachment) -> bool:
    address = f"/attachments/{attachment.pk}"
    drafts = apps.get_model("drafts", "StoredDraft").objects
    return (
        Revision.objects.filter(source__contains=address).exists()
        or drafts.filter(typed__source__icontains=address).exists()
    )


def problem_of(size: int) -> str:
    """Return why a file of ``size`` bytes is not taken, or ""."""
    most = settings.HM_MAX_ATTACHMENT_MB
    if size == 0:
        return "The file is empty."
    return f"The file is larger than {most} MB." if size > most * 1024 * 1024 else ""


def _check(article: Article | None, size: int) -> None:
    if problem := problem_of(size):
        raise NotPossible(problem)
    if article is not None and article.attachments.current().count() >= MOST:
        raise NotPossible(f"An article has at most {MOST} files.")


def _index(attachments: list[Attachment]) -> None:
    for each in attachments:
        article_id: Any = each.article_id
        indexing.add_text(article_id=article_id, source=source_of(each), text=each.name)
    if attachments:
        transaction.on_commit(read_waiting_files.enqueue, robust=True)


def _lock(kind: str = "") -> None:
    function = f"pg_advisory_xact_lock{'_' if kind else ''}{kind}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
