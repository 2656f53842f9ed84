"""ETag, If-None-Match and If-Match (RFC 9110, section 13; RFC 6585 for 428).

A row's entity tag is its version. A write must say which version it starts from, so that nobody
overwrites what somebody else has just saved.
"""

from __future__ import annotations

from typing import Any

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.request import Request


class PreconditionFailed(APIException):
    """The row has changed since the caller read it."""

    status_code = 412
    default_detail = "Somebody has changed this since you read it. Read it again, then decide."
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    """A write without ``If-Match``."""

    status_code = 428
    default_detail = "Send If-Match with the ETag of the version you read."
    default_code = "precondition_required"


def etag_of(row: Any) -> str:
    """Return the strong entity tag of ``row``: its version, or else when it was changed last."""
    version = getattr(row, "version", None)
    return f'"{row.updated_at.isoformat() if version is None else version}"'


def require_match(request: Request, etag: str) -> None:
    """Raise unless ``If-Match`` names ``etag`` (strong comparison: a weak tag never matches).

    Raises PreconditionRequired, PreconditionFailed.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    if header != "*" and etag not in parse_etags(header):
        raise PreconditionFailed
