"""Every write to runs. Each is atomic and says by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from archive.articles.announcing import about_space
from archive.articles.models import Article, Kind
from archive.articles.rendering import render
from archive.runbooks.models import Run, State, Step
from archive.runbooks.rules import steps
from archive.spaces.models import Space
from hm_auth.exceptions import HiveMatrixError
from hm_auth.webhooks import operations as webhooks


class NotPossible(HiveMatrixError):
    """The state of the run forbids it; the message says why, for people."""

    code = "not_possible"


def start(*, article: Article, space: Space, by: Any, now: datetime | None = None) -> Run:
    """Begin a run of ``article`` for ``space``, with the steps of the version stored now.

    Raises NotPossible when it is no runbook, lies in the trash, or has no steps.
    """
    if article.kind == Kind.ARTICLE or article.deleted_at is not None:
        raise NotPossible("Only a runbook or template that is not in the trash can be started.")
    found = steps(article.source)
    if not found:
        raise NotPossible("It has no steps: write a task list (- [ ]) or a numbered list.")
    with transaction.atomic(), _context(by):
        run = Run.objects.create(
            article=article, revision=article.version, title=article.title, space=space,
            started_by_id=by.pk, started_by=str(by), started_at=now or timezone.now(),
        )  # fmt: skip
        Step.objects.bulk_create(
            Step(run=run, number=number, section=step.section, text=step.text,
                 html=render(step.text).html)
            for number, step in enumerate(found, start=1)
        )  # fmt: skip
    return run


def tick(*, run: Run, number: int, note: str, by: Any, now: datetime | None = None) -> None:
    """Mark a step as done by ``by``. Raises Step.DoesNotExist, and NotPossible when it is already
    done (two people may tick at once; the first one stays) or the run is closed.
    """
    with transaction.atomic(), _context(by):
        _lock_open(run)
        step = Step.objects.get(run=run, number=number)
        if step.done_at is not None:
            raise NotPossible(f"Step {number} was done by {step.done_by} already.")
        Step.objects.filter(pk=step.pk).update(
            done_at=now or timezone.now(), done_by_id=by.pk, done_by=str(by), note=note
        )


def untick(*, run: Run, number: int, by: Any) -> None:
    """Take a mark back; the history keeps it. Raises Step.DoesNotExist, NotPossible."""
    with transaction.atomic(), _context(by):
        _lock_open(run)
        step = Step.objects.get(run=run, number=number)
        Step.objects.filter(pk=step.pk).update(done_at=None, done_by_id=None, done_by="", note="")


def close(*, run: Run, state: str, note: str, by: Any, now: datetime | None = None) -> None:
    """Finish a run whose steps are all done, or abandon it. Raises NotPossible."""
    with transaction.atomic(), _context(by):
        _lock_open(run)
        left = Step.objects.filter(run=run, done_at=None).count()
        if state == State.FINISHED and left:
            raise NotPossible(f"{left} steps are not done; do them, or abandon the run.")
        Run.objects.filter(pk=run.pk).update(
            state=state, closed_at=now or timezone.now(), closed_by=str(by), closing_note=note
        )
        run.refresh_from_db()
        webhooks.announce("run.closed", [_about(run)])


def _about(run: Run) -> dict[str, Any]:
    """Return what other programs are told: neither steps nor notes."""
    return {
        "id": str(run.pk), "title": run.title, "state": run.state, "article": str(run.article_id),
        "space": about_space(run.space), "url": f"/runs/{run.pk}",
    }  # fmt: skip


def _lock_open(run: Run) -> None:
    current = Run.objects.select_for_update().get(pk=run.pk)
    if current.state != State.OPEN:
        raise NotPossible("The run is closed; what it says stays as it is.")


def _context(by: Any) -> Any:
    return pghistory.context(user=str(by.pk), name=str(by))
