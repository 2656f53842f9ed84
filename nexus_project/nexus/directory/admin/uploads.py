"""Uploaded files between the preview of an import and its confirmation."""

from __future__ import annotations

import os
import re
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from import_export.tmp_storages import BaseStorage

PREFIX = "nexus-import-"
NAME = re.compile(rf"{PREFIX}([0-9]{{1,16}})-[a-z0-9_]+")
SECONDS = 3600


class UploadGone(Exception):
    """The upload was imported already, or lay about for too long."""


class UploadStorage(BaseStorage):
    """Client data does not stay: a file is read once more after its preview, within an hour."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept = self.name is None  # the preview reads what it has just saved

    def save(self, data: bytes) -> None:
        """Store ``data`` for its owner's eyes, and delete what nobody has confirmed in time."""
        _delete_old()
        descriptor, path = tempfile.mkstemp(prefix=f"{PREFIX}{time.time_ns() // 1000}-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        self.name = Path(path).name

    def read(self) -> bytes:
        """Return what was saved, to a confirmation once only. Raises UploadGone."""
        if not NAME.fullmatch(self.name or ""):
            raise UploadGone
        if not self.kept:
            _delete_old()
        try:
            data = self._path().read_bytes()
            if not self.kept:
                self._path().unlink()  # of two clicks at once, one fails here
        except OSError as error:
            raise UploadGone from error
        return data

    def remove(self) -> None:
        self._path().unlink(missing_ok=True)

    def _path(self) -> Path:
        return Path(tempfile.gettempdir()) / self.name


def saved_at(name: str) -> datetime:
    """Return when the upload ``name`` was stored, just before its preview. Raises UploadGone."""
    match = NAME.fullmatch(name)
    if match is None:
        raise UploadGone
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(match[1]))


def _delete_old() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another process has deleted it, or it is not ours
            if path.stat().st_mtime < time.time() - SECONDS:
                path.unlink()
