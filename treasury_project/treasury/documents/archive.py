"""Many documents as one ZIP file, made while it is sent: only one document is in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

_WHEN = (1980, 1, 1, 0, 0, 0)  # the same documents make the same file


class _Sink(io.RawIOBase):
    """Takes what zipfile writes, and gives it away; zipfile then does not seek."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = b"".join(self._parts), []
        return parts


def zip_of(documents: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the ZIP of ``documents``, (file name, content) each. PDFs are compressed already.

    Raises ValueError for a name that is there twice: one document would hide the other.
    """
    sink = _Sink()
    seen: set[str] = set()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content in documents:
            if name in seen:
                raise ValueError(f"two documents are called {name}")
            seen.add(name)
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content)
            yield sink.taken()
    yield sink.taken()
