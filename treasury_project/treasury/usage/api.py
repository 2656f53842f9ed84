"""The API through which an RMM or a ticket system pushes what it knows."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth import nexus
from hm_auth.exceptions import NexusRefused
from hm_auth.rest.problems import Unavailable
from hm_auth.rest.views import RestView
from treasury.usage import pushing
from treasury.usage.companies import every_company
from treasury.usage.intake.kinds import KINDS

MOST_ROWS = 5000
HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Any text of up to 100 characters that is new for each request; a retry sends the "
    "same again and is answered the same, without doing anything twice.",
)


class KeyUsed(APIException):
    """The idempotency key came with other rows before."""

    status_code = 422
    default_code = pushing.KeyUsed.code


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

    @extend_schema(request=Rows, responses=Pushed, parameters=[HEADER], tags=["usage"])
    def post(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not 1 <= len(key) <= 100 or not key.isprintable():
            raise ValidationError({"Idempotency-Key": ["Send one of 1 to 100 characters."]})
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = [_plain(row) for row in form.validated_data["rows"]]
        try:
            answer = self._push(rows, str(self.caller.username), key)
        except pushing.KeyUsed as problem:
            raise KeyUsed(str(problem)) from problem
        except pushing.Mistakes as problem:
            raise ValidationError(dict(problem.errors)) from problem
        return Response(answer)

    def _push(self, rows: list[dict[str, Any]], caller: str, key: str) -> dict[str, Any]:
        kind = KINDS[self.kind]
        known = pushing.earlier(caller=caller, key=key, digest=pushing.digest(kind, rows))
        if known is not None:
            return known
        try:
            companies = every_company(nexus.client.service_caller())
        except NexusRefused as refusal:  # a wrong secret, or no scope to read the directory
            raise Unavailable("Treasury may not read the directory; tell its admin.") from refusal
        return pushing.push(kind, rows, companies, caller=caller, key=key)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cells as text: 1 and "1" are the same device. Raises ValidationError."""
    cells = {}
    for column, value in row.items():
        if isinstance(value, list | dict):
            raise ValidationError({"rows": [f"{column} is text, a number, true, false or null."]})
        cells[column] = "" if value is None else str(value)
    return cells
