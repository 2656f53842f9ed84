"""The days of a row as PostgreSQL's range, for constraints and filters."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func, Value


class Days(Func):
    """The half-open range of days from ``start`` to ``end``; without an end, for ever."""

    function = "daterange"
    output_field = DateRangeField()

    def as_sql(self, compiler: Any, connection: Any, *words: Any, **context: Any) -> Any:
        """Write it; a row that is being checked and ends before it starts is on no day at all.

        PostgreSQL makes an error of such a range. That a row must not end before it starts is for
        another constraint to say, in words.
        """
        start, end = self.get_source_expressions()
        if isinstance(start, Value) and isinstance(end, Value) and _backwards(start, end):
            return "'empty'::daterange", []
        return super().as_sql(compiler, connection, *words, **context)


def _backwards(start: Value, end: Value) -> bool:
    return end.value is not None and end.value < start.value
