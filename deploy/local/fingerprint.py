"""Whether anything changed since the set-up, so that a second start can skip it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {"__pycache__", "instance", "staticfiles"}


def of(folders: list[Path]) -> str:
    """Return a digest of every file below ``folders``: its path, and what is in it."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in sorted(folders):
        for path in sorted(_files(folder)):
            digest.update(f"\0{path}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _SKIPPED or path.name.startswith(".") or path.suffix == ".egg-info":
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
