"""The days of a row as PostgreSQL's range, for constraints and filters."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func


class Days(Func):
    """The half-open range of days from ``start`` to ``end``; without an end, for ever."""

    function = "daterange"
    output_field = DateRangeField()
