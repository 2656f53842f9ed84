"""Where bytes lie: under their hash in the storage "attachments", which can be S3 as well."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

CHUNK = 64 * 1024
FOLDER = re.compile(r"[0-9a-f]{2}")  # of path_of


def storage() -> Storage:
    return storages["attachments"]


def path_of(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def thumbnail_path(digest: str) -> str:
    return f"{digest[:2]}/{digest}.webp"


def digest_of(content: File[Any]) -> str:
    """Return the SHA-256 of ``content`` in hexadecimal digits, reading it in parts."""
    made = hashlib.sha256()
    for chunk in content.chunks(CHUNK):
        made.update(chunk)
    content.seek(0)
    return made.hexdigest()


def put(path: str, content: File[Any]) -> None:
    """Store ``content`` unless it is there: the same path always means the same bytes."""
    if storage().exists(path):
        return
    content.seek(0)
    name = storage().save(path, content)
    if name != path:  # somebody stored the same at the same moment
        storage().delete(name)


def put_bytes(path: str, content: bytes) -> None:
    put(path, ContentFile(content))


def part(path: str, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` up to ``stop``, without more in memory than one chunk."""
    with storage().open(path) as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
