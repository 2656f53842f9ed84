"""Work that waits for a worker or a timer: how much, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone


class QueueUnavailable(Exception):
    """Redis, where tasks wait, does not answer; says why."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work; ``failed`` counts the last 24 hours, ``oldest`` is the longest wait."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest: timedelta


def queues() -> Iterator[Queue]:
    """Give the queues this service has, a query each.

    Raises QueueUnavailable when tasks wait in a Redis that does not answer.
    """
    now = timezone.now()
    if settings.REDIS_URL:
        yield _redis_tasks(now)
    elif apps.is_installed("django_tasks_db"):
        yield _tasks(now)
    if apps.is_installed("hm_auth.webhooks"):  # by name: this package imports nothing above it
        yield _webhooks(apps.get_model("webhooks", "Message"), now)


def _tasks(now: datetime) -> Queue:
    from django_tasks_db.models import DBTaskResult

    yesterday = now - timedelta(days=1)
    # Far in the future means "no time set" to django-tasks-db.
    due = Q(status="READY") & (Q(run_after__lte=now) | Q(run_after__year=9999))
    found = DBTaskResult.objects.aggregate(
        waiting=Count("id", filter=due),
        running=Count("id", filter=Q(status="RUNNING")),
        failed=Count("id", filter=Q(status="FAILED", finished_at__gte=yesterday)),
        oldest=Min("enqueued_at", filter=due & Q(run_after__year=9999)),
        planned=Min("run_after", filter=due & Q(run_after__lte=now)),
    )
    since = min((each for each in (found["oldest"], found["planned"]) if each), default=now)
    return Queue("tasks", found["waiting"], found["running"], found["failed"], now - since)


def _redis_tasks(now: datetime) -> Queue:
    from redis.exceptions import RedisError

    from hm_auth.service import redis_queue

    try:
        waiting, running, failed, oldest = redis_queue.counts()
    except RedisError as error:
        raise QueueUnavailable(str(error)) from None
    return Queue("tasks", waiting, running, failed, now - (oldest or now))


def _webhooks(messages: Any, now: datetime) -> Queue:
    due = Q(next_attempt_at__lte=now)
    given_up = Q(next_attempt_at=None, delivered_at=None, created_at__gte=now - timedelta(days=1))
    found = messages.objects.filter(due | given_up).aggregate(
        waiting=Count("id", filter=due),
        failed=Count("id", filter=given_up),
        oldest=Min("next_attempt_at", filter=due),
    )
    since = found["oldest"] or now
    return Queue("webhooks", found["waiting"], 0, found["failed"], now - since)
