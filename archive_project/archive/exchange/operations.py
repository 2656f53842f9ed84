"""What people and timers do with imports; the worker's part is ``running``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from archive.exchange import files, running, staging
from archive.exchange.models import ACTIVE, KEPT, LOST, STAGED, Import, State
from archive.exchange.tasks import perform_import
from archive.spaces.models import Space
from hm_auth.exceptions import HiveMatrixError

# Some seconds' work at most, and mostly far less: nobody waits for the worker.
SMALL_FILES, SMALL_BYTES, SMALL_TAGS = 20, 1024 * 1024, 20_000


class NotPossible(HiveMatrixError):
    """The import cannot begin; the message says why, for people."""

    code = "not_possible"


def stage(*, space: Space, name: str, content: bytes, by: Any, dry: bool = True) -> Import:
    """Keep an uploaded file, and look what it would change, or import it at once if not ``dry``.

    Raises Refused when it cannot be read or is too much, and NotPossible as ``begin``.
    """
    read, _ = files.of_upload(name, content)
    now = timezone.now()
    with transaction.atomic():
        staged = Import.objects.create(
            space=space, by=by, name=name[-200:] or "file", size=len(content), created_at=now,
            heard_at=now, is_small=_is_small(read),
        )  # fmt: skip
        if not dry:
            _ask_for(staged, State.IMPORTING, by=by, now=now)
        staging.put(staged.pk, content)
    _hand_over(staged)
    return staged


def begin(*, found: Import, by: Any) -> None:
    """Import the file, or go on where it was stopped or lost; ``by`` signs the revisions.

    What could not be checked is checked again. Raises NotPossible when it is done or under way, its
    file is gone, or another import of the space is running.
    """
    now = timezone.now()
    with transaction.atomic():
        locked = _locked(found)
        if not locked.can_begin(now):
            raise NotPossible("It is under way, or its file is no longer there. Upload it again.")
        wanted = locked.begun_at is not None or locked.state == State.CHECKED
        _ask_for(locked, State.IMPORTING if wanted else State.CHECKING, by=by, now=now)
    _hand_over(locked)


@transaction.atomic
def cancel(*, found: Import, by: Any) -> bool:
    """Forget an import that changed nothing yet (True), or stop one that runs: what it did stays.

    Raises NotPossible when it is finished.
    """
    locked = _locked(found)
    if locked.begun_at is None:
        locked.delete()
        transaction.on_commit(partial(staging.delete, found.pk))
        return True
    if locked.state != State.IMPORTING:
        raise NotPossible("It is finished already.")
    locked.state, locked.finished_at = State.STOPPED, timezone.now()
    locked.problem = f"{by} stopped it."[:500]
    locked.save(update_fields=["state", "finished_at", "problem"])
    return False


def clean(*, now: datetime) -> tuple[int, int]:
    """Delete the files staged a day ago, and the reports after 90; returns how many of each.

    An import that never began leaves no report: it goes with its file.
    """
    count = staging.delete_older(now - STAGED)
    _give_up_lost(Import.objects.all(), now)
    forgotten = Q(created_at__lt=now - KEPT) | Q(created_at__lt=now - STAGED, begun_at=None)
    rows = Import.objects.filter(forgotten)
    number = rows.count()
    rows.delete()
    return count, number


def _locked(found: Import) -> Import:
    """Return ``found`` anew; the worker writes nothing of it until the transaction ends."""
    Space.objects.select_for_update().get(pk=found.space_id)
    return Import.objects.select_for_update().get(pk=found.pk)


def _ask_for(locked: Import, state: State, *, by: Any, now: datetime) -> None:
    _give_up_lost(Import.objects.filter(space=locked.space_id).exclude(pk=locked.pk), now)
    locked.state, locked.by, locked.heard_at = state, by, now
    locked.started_at = locked.finished_at = None
    if state == State.IMPORTING:
        locked.begun_at = now
    locked.step, locked.done, locked.total, locked.current, locked.problem = "", 0, 0, "", ""
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:
        raise NotPossible(
            "Another import into this space is running. Start this one when it is finished."
        ) from error


def _give_up_lost(rows: Any, now: datetime) -> None:
    """Stop those whose worker is gone: what they hold up may go on."""
    lost = rows.filter(state__in=ACTIVE, started_at__isnull=False, heard_at__lt=now - LOST)
    lost.update(state=State.STOPPED, finished_at=now, problem="It was interrupted.")


def _hand_over(waiting: Import) -> None:
    """Do a small import now, and leave others to the worker."""
    if waiting.is_small:
        running.perform(waiting.pk)
    else:
        transaction.on_commit(partial(perform_import.enqueue, str(waiting.pk)), robust=True)


def _is_small(read: Mapping[str, bytes]) -> bool:
    if len(read) > SMALL_FILES or sum(map(len, read.values())) > SMALL_BYTES:
        return False
    size = sum(
        files.unpacked_size(content) if path.lower().endswith(".docx") else len(content)
        for path, content in read.items()
    )
    tags = sum(content.count(b"<") for content in read.values())
    return size <= SMALL_BYTES and tags <= SMALL_TAGS
