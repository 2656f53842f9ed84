"""The API through which an RMM or a ticket system pushes what it knows."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth import nexus
from hm_auth.exceptions import NexusRefused
from hm_auth.rest.problems import Unavailable
from hm_auth.rest.views import RestView
from treasury.retries.api import KEY, answer_once, key_of
from treasury.usage import pushing
from treasury.usage.companies import every_company
from treasury.usage.intake.kinds import KINDS

MOST_ROWS = 5000


class Pushed(serializers.Serializer[Any]):
    """How many rows did what."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class Rows(serializers.Serializer[Any]):
    """Rows as in the columns of the import. Values are text, numbers, truth values or null."""

    rows = serializers.ListField(
        child=serializers.DictField(
            child=serializers.JSONField(allow_null=True), allow_empty=False
        ),
        allow_empty=False,
        max_length=MOST_ROWS,
    )


class PushView(RestView):
    """Adds what is new and changes what is different; all rows or, with a mistake, none."""

    capability = "usage.manage"
    serializer_class = Rows
    problem_statuses = (409, 422, 503)
    kind = ""

    @extend_schema(request=Rows, responses=Pushed, parameters=[KEY], tags=["usage"])
    def post(self, request: Request) -> Response:
        key_of(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = [_plain(row) for row in form.validated_data["rows"]]
        return answer_once(request, lambda: Response(self._push(rows)), content=rows)

    def _push(self, rows: list[dict[str, Any]]) -> dict[str, int]:
        try:
            companies = every_company(nexus.client.service_caller())
            return pushing.push(KINDS[self.kind], rows, companies, caller=str(self.caller.username))
        except NexusRefused as refusal:  # a wrong secret, or no scope to read the directory
            raise Unavailable("Treasury may not read the directory; tell its admin.") from refusal
        except pushing.Mistakes as problem:
            raise ValidationError(dict(problem.errors)) from problem


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cells as text: 1 and "1" are the same device. Raises ValidationError."""
    cells = {}
    for column, value in row.items():
        if isinstance(value, list | dict):
            raise ValidationError({"rows": [f"{column} is text, a number, true, false or null."]})
        cells[column] = "" if value is None else str(value)
    return cells
