"""Reading JSON bodies so that nothing in them can surprise the database."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 1024 * 1024


class TooLarge(APIException):
    """The body is longer than any row of ours."""

    status_code = 413
    default_detail = "The body is longer than 1 MiB."
    default_code = "too_large"


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 (RFC 8259), without what PostgreSQL cannot hold.

    Refused with 400: NUL characters, lone surrogates, ``NaN``, numbers beyond a float or longer
    than Python converts, bodies nested too deep for the parser.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        try:
            text = body.decode("utf-8")
            value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
            _check(value)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON this API accepts.") from error
        return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _check(value: Any) -> None:
    """Raise ValueError for text that UTF-8 or PostgreSQL has no place for."""
    if isinstance(value, str):
        value.encode("utf-8")
        if "\x00" in value:
            raise ValueError("a NUL character")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key)
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)
