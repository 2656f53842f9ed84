"""Where the files of imports lie until they are done: below ``imports/`` in the storage of files.

They are never unpacked there, and no view gives them out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from archive.attachments.storing import storage

if TYPE_CHECKING:
    from uuid import UUID

FOLDER = "imports"


def put(pk: UUID, content: bytes) -> None:
    storage().save(_path(pk), ContentFile(content))


def read(pk: UUID) -> bytes:
    """Return the bytes of the file. Raises FileNotFoundError."""
    with storage().open(_path(pk)) as file:
        return bytes(file.read())


def delete(pk: UUID) -> None:
    """Delete the file, if it is there."""
    storage().delete(_path(pk))


def delete_older(than: datetime) -> int:
    """Delete the files that were staged before ``than``, whoever forgot them; returns how many."""
    try:
        names = storage().listdir(FOLDER)[1]
    except FileNotFoundError:  # the folder is made with the first file
        return 0
    old = [f"{FOLDER}/{name}" for name in names]
    old = [path for path in old if storage().get_modified_time(path) < than]
    for path in old:
        storage().delete(path)
    return len(old)


def _path(pk: UUID) -> str:
    return f"{FOLDER}/{pk}"
