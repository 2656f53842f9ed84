"""ETag, If-None-Match and If-Match (RFC 9110, section 13; RFC 6585 for 428).

A row's entity tag is its version; a row without one is tagged by what is shown of it. A write must
say which version it starts from, so that nobody overwrites what somebody else has just saved.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder


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


def etag_of_content(content: Any) -> str:
    """Return the strong entity tag of what a serializer shows of a row without either.

    Parts that are shown with it, such as the lines of an agreement, count as the row.
    """
    text = json.dumps(content, cls=JSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def require_match(request: Request, etag: str) -> None:
    """Raise unless ``If-Match`` names ``etag`` (strong comparison: a weak tag never matches).

    Raises PreconditionRequired, PreconditionFailed.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    if header != "*" and etag not in parse_etags(header):
        raise PreconditionFailed
