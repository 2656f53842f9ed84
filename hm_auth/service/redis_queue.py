"""Background work that waits in Redis, where ``REDIS_URL`` says so (``defaults.background``).

A backend of django-tasks on RQ. Each service has a queue of its own name, so that services which
share a Redis do not share work. What is in it is JSON: whoever writes to Redis can ask for a task,
not run code of theirs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

_LONGEST = 3600  # seconds; a task that takes longer is broken off
_REMEMBERED = 86400  # seconds a failed task is kept to be counted


class RedisBackend(BaseTaskBackend):
    """Puts tasks into the service's queue; results are not kept."""

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Put ``task`` into the queue. Raises redis.exceptions.RedisError."""
        self.validate_task(task)
        job = queue().enqueue(
            perform, task.module_path, list(args), dict(kwargs),
            job_timeout=_LONGEST, result_ttl=0, failure_ttl=_REMEMBERED,
        )  # fmt: skip
        return TaskResult(
            task=task, id=job.id, status=TaskResultStatus.READY, enqueued_at=timezone.now(),
            started_at=None, finished_at=None, last_attempted_at=None, args=list(args),
            kwargs=dict(kwargs), backend=self.alias, errors=[], worker_ids=[],
        )  # fmt: skip


def perform(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Do the task at ``path``, in the worker. Raises what it raises, TypeError for no task."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise TypeError(f"{path} is no task.")
    close_old_connections()
    try:
        task.call(*args, **kwargs)
    finally:
        close_old_connections()


def work() -> None:
    """Do what waits, until the process is told to stop; a Redis that is away is waited for."""
    tasks = queue()
    SimpleWorker([tasks], connection=tasks.connection, serializer=JSONSerializer).work()


def queue() -> Queue:
    """Return the queue of this service."""
    name = f"hivematrix-{settings.SERVICE_NAME.lower()}"
    redis = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
    return Queue(name, connection=redis, serializer=JSONSerializer)


def counts() -> tuple[int, int, int, datetime | None]:
    """Return how many tasks wait, run, failed in 24 hours, and since when the oldest waits.

    Raises redis.exceptions.RedisError.
    """
    tasks = queue()
    first = tasks.get_jobs(0, 1)
    running = tasks.started_job_registry.get_job_count(cleanup=False)
    failed = tasks.failed_job_registry.get_job_count()
    return len(tasks), running, failed, first[0].enqueued_at if first else None
