"""HTTP Basic (RFC 7617): reading what a caller sends. Whom it proves, others decide."""

from __future__ import annotations

import base64

CHALLENGE = 'Basic realm="HiveMatrix", charset="UTF-8"'


def parse_basic(header: str) -> tuple[str, str] | None:
    """Return user id and password of an ``Authorization`` header; None for any other scheme.

    Raises ValueError for one that cannot be read.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    text = base64.b64decode(encoded.strip(), validate=True).decode()
    user_id, colon, password = text.partition(":")
    if not colon or "\x00" in text:
        raise ValueError("no user id and password")
    return user_id, password
