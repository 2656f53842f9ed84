"""What programs push: whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from hm_auth.exceptions import HiveMatrixError
from treasury.usage import operations
from treasury.usage.intake.kinds import Kind
from treasury.usage.intake.rows import Companies, Row


class Mistakes(HiveMatrixError):
    """Some rows cannot be taken; ``errors`` has what is wrong by place."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("Some rows cannot be taken, so none was.")
        self.errors = errors


def push(
    kind: Kind, rows: Sequence[Mapping[str, Any]], companies: Companies, *, caller: str
) -> dict[str, int]:
    """Write ``rows`` and return how many were added, changed and as they are.

    Raises Mistakes, operations.NotPossible; nothing is written then.
    """
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
    return {word: plan.count(action) for action, word in counts.items()}
