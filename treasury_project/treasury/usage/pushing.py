"""What programs push: once per idempotency key, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hm_auth.exceptions import HiveMatrixError
from treasury.usage import operations
from treasury.usage.intake.kinds import Kind
from treasury.usage.intake.rows import Companies, Row
from treasury.usage.models import Push

KEPT = timedelta(days=30)  # how long a retry may come after the first attempt


class KeyUsed(HiveMatrixError):
    """The idempotency key belongs to another request."""

    code = "idempotency_key_used"


class Mistakes(HiveMatrixError):
    """Some rows cannot be taken; ``errors`` has what is wrong by place."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("Some rows cannot be taken, so none was.")
        self.errors = errors


def digest(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what tells one request from another: a hash of its kind and rows."""
    return hashlib.sha256(json.dumps([kind.name, rows], sort_keys=True).encode()).hexdigest()


def earlier(*, caller: str, key: str, digest: str) -> dict[str, Any] | None:
    """Return what the same request was answered before. Raises KeyUsed for another request."""
    found = Push.objects.filter(caller=caller, key=key).first()
    if found is None:
        return None
    if found.digest != digest:
        raise KeyUsed("This Idempotency-Key was sent with other rows; take a new one.")
    answer: dict[str, Any] = found.answer
    return answer


def push(
    kind: Kind,
    rows: Sequence[Mapping[str, Any]],
    companies: Companies,
    *,
    caller: str,
    key: str,
) -> dict[str, Any]:
    """Write ``rows`` and return how many were added, changed and as they are.

    Two requests with one key at once: the second waits and gets the answer of the first. Raises
    Mistakes, KeyUsed, operations.NotPossible; nothing is written then.
    """
    what = digest(kind, rows)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [caller + key])
        if (known := earlier(caller=caller, key=key, digest=what)) is not None:
            return known
        plan = kind.plan(
            [Row(number, cells) for number, cells in enumerate(rows, start=1)],
            companies,
            timezone.localdate(),
        )
        if plan.has_errors:
            raise Mistakes(
                {
                    f"rows.{row.number - 1}.{column}": [f"It {why}."]
                    for row in plan.rows
                    for column, why in row.errors.items()
                }
            )
        operations.apply(plan, by=None, reason=f"Pushed by {caller}")
        counts = {"add": "added", "change": "changed", "same": "unchanged"}
        answer = {word: plan.count(action) for action, word in counts.items()}
        Push.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        Push.objects.create(caller=caller, key=key, digest=what, answer=answer)
        return answer
