"""The worker's part of an import: taking it, telling how far it is, ending it.

Every write names the state and the instant at which this worker took the import, and whoever takes
it away locks its space first. So one that was stopped, or begun again because its worker seemed
lost, gets no article more from the worker of before.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from archive.exchange import files, importing, staging
from archive.exchange.models import ACTIVE, FileReport, Import, State
from archive.exchange.planning import Row, Step

EVERY = 0.5  # seconds between two notes of how far it is


class NoLongerOurs(Exception):
    """Somebody stopped the import, or began it again."""


def perform(pk: UUID | str) -> None:
    """Check or import the file of the import ``pk``, as its state asks.

    Does nothing when another worker has it or nobody wants it any more. A problem that is told to
    people is noted in its row; any other error leaves it as a lost worker would.
    """
    found = _take(pk)
    if found is None:
        return
    try:
        read, left_out = files.of_upload(found.name, staging.read(found.pk))
        report = importing.run(
            space=found.space, files=read, left_out=left_out, by=found.by,
            dry=found.state == State.CHECKING, tell=_Progress(found),
        )  # fmt: skip
        _finish(found, report)
    except NoLongerOurs:
        return
    except files.Refused as refusal:
        _stop(found, str(refusal))
    except FileNotFoundError:
        _stop(found, "The file is no longer there. Upload it again.")


class _Progress:
    """Looks whether ``found`` is ours, and writes down how far it is, twice a second.

    Raises NoLongerOurs.
    """

    def __init__(self, found: Import) -> None:
        self.found = found
        self.step: Step | None = None
        self.noted = 0.0

    def __call__(self, step: Step, done: int, total: int, path: str) -> None:
        now, ours = time.monotonic(), _ours(self.found)
        if step == self.step and now - self.noted < EVERY:
            still = step != Step.WRITING or ours.exists()
        else:
            self.step, self.noted = step, now
            told = {"step": step, "done": done, "total": total, "current": path[:300]}
            still = bool(ours.update(heard_at=timezone.now(), **told))
        if not still:
            raise NoLongerOurs


def _take(pk: UUID | str) -> Import | None:
    now = timezone.now()
    waiting = Import.objects.filter(pk=pk, state__in=ACTIVE, started_at=None)
    if not waiting.update(started_at=now, heard_at=now):
        return None
    return Import.objects.select_related("space", "by").filter(pk=pk, started_at=now).first()


def _ours(found: Import) -> QuerySet[Import]:
    return Import.objects.filter(pk=found.pk, state=found.state, started_at=found.started_at)


@transaction.atomic
def _finish(found: Import, report: Iterable[Row]) -> None:
    """Keep the report. Raises NoLongerOurs."""
    now = timezone.now()
    ended: dict[str, Any] = {"state": State.CHECKED}
    if found.state == State.IMPORTING:
        ended = {"state": State.DONE, "finished_at": now}
        transaction.on_commit(partial(staging.delete, found.pk))
    rows = [
        FileReport(
            of=found, number=number, path=row.path, result=row.done, files=row.files, note=row.why
        )
        for number, row in enumerate(report, start=1)
    ]
    counts = Counter(row.result for row in rows)
    if not _ours(found).update(heard_at=now, current="", counts=counts, **ended):
        raise NoLongerOurs
    FileReport.objects.filter(of=found).delete()
    FileReport.objects.bulk_create(rows, batch_size=1000)


def _stop(found: Import, problem: str) -> None:
    _ours(found).update(state=State.STOPPED, finished_at=timezone.now(), problem=problem)
