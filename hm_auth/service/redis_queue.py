"""Background work that waits in Redis, where ``REDIS_URL`` says so (``defaults.background``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import django_rq
from django.conf import settings
from django_tasks.base import Task, TaskResult
from django_tasks_rq import RQBackend
from rq.defaults import DEFAULT_FAILURE_TTL


class RedisBackend(RQBackend):
    """RQ with a queue of the service's own: services that share a Redis do not share work."""

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Put ``task`` into the queue. Raises redis.exceptions.RedisError."""
        return super().enqueue(replace(task, queue_name=queue_name()), args, kwargs)


def queue_name() -> str:
    """Return the name of this service's queue."""
    return f"hivematrix-{settings.SERVICE_NAME.lower()}"


def counts(*, failed_since: datetime) -> tuple[int, int, int, datetime | None]:
    """Return how many tasks wait, run and failed, and since when the oldest waits.

    Raises redis.exceptions.RedisError.
    """
    queue = django_rq.get_queue(queue_name())
    first = queue.get_jobs(0, 1)
    # The registry knows when it will forget each.
    failed = queue.connection.zcount(
        queue.failed_job_registry.key, failed_since.timestamp() + DEFAULT_FAILURE_TTL, "+inf"
    )
    running = queue.started_job_registry.get_job_count(cleanup=False)
    return len(queue), running, failed, first[0].enqueued_at if first else None
