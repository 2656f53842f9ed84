"""The archive: a tar whose last member, manifest.json, says what each of the others must be."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from deploy.local.console import Problem

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK = 1024 * 1024
DAMAGED = "The archive is damaged or incomplete"
NOTHING = "Nothing was changed; take another backup."


@dataclass(slots=True)
class Content:
    """What the archive has of one service."""

    conf: str
    dump: str
    server_version: int
    rows: dict[str, int]
    folders: dict[str, str] = field(default_factory=dict)  # the folder's name -> path in the tar


@dataclass(slots=True)
class Manifest:
    """What was backed up, when and by what; ``members`` are ``path -> (sha256, bytes)``."""

    made_at: str
    release: str
    services: dict[str, Content] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)
    members: dict[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT

    def dump(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Read a manifest. Raises Problem."""
        try:
            values = json.loads(data)
            if values["format"] != FORMAT:
                raise Problem(
                    f"The archive has the format {values['format']}; this release reads {FORMAT}. "
                    "Restore it with the release that made it."
                )
            services = {name: Content(**each) for name, each in values.pop("services").items()}
            members = {path: (each[0], each[1]) for path, each in values.pop("members").items()}
            return cls(**values, services=services, members=members)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            raise Problem(f"{DAMAGED}: its manifest cannot be read. {NOTHING}") from None

    def files_of(self, prefix: str) -> Iterator[tuple[str, PurePosixPath]]:
        """Give each member below ``prefix`` with its path relative to it."""
        for path in self.members:
            if PurePosixPath(path).is_relative_to(prefix):
                yield path, PurePosixPath(path).relative_to(prefix)


class Writer:
    """Writes members one after the other and remembers what it wrote."""

    def __init__(self, file: IO[bytes], manifest: Manifest) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w|")  # noqa: SIM115 - closed by close()
        self._manifest = manifest

    def add(self, path: str, file: IO[bytes], size: int) -> None:
        """Add ``size`` bytes of ``file``."""
        reader = _Hashing(file)
        self._put(path, reader, size)
        self._manifest.members[path] = (reader.digest.hexdigest(), size)

    def add_bytes(self, path: str, data: bytes) -> None:
        self.add(path, io.BytesIO(data), len(data))

    def close(self) -> None:
        """Add the manifest; without it the archive counts as incomplete."""
        data = self._manifest.dump()
        self._put(MANIFEST, io.BytesIO(data), len(data))
        self._tar.close()

    def _put(self, path: str, file: Any, size: int) -> None:
        info = tarfile.TarInfo(path)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        self._tar.addfile(info, file)


class Reader:
    """A checked archive. Its members are only given out by their path in the manifest."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def open(self, path: str) -> IO[bytes]:
        found = self._tar.extractfile(path)
        if found is None:
            raise Problem(f"{DAMAGED}: {path} is no file. {NOTHING}")
        return found


@contextmanager
def reading(file: IO[bytes]) -> Iterator[Reader]:
    """Check every member of the archive, then give it out. Raises Problem before any is used."""
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            found = {member.name: _sha256(tar, member) for member in tar}
            if MANIFEST not in found:
                raise Problem(f"{DAMAGED}: its end is missing. {NOTHING}")
            member = tar.extractfile(MANIFEST)
            manifest = Manifest.parse(member.read() if member else b"")
            del found[MANIFEST]
            _compare(manifest, found)
            yield Reader(tar, manifest)
    except (tarfile.TarError, EOFError) as error:
        raise Problem(f"{DAMAGED} ({error}). {NOTHING}") from None


def _compare(manifest: Manifest, found: dict[str, tuple[str, int]]) -> None:
    for path in sorted({*manifest.members, *found}):
        if manifest.members.get(path) != found.get(path):
            raise Problem(f"{DAMAGED}: {path} is not what was backed up. {NOTHING}")
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise Problem(f"{DAMAGED}: {path} leads out of it. {NOTHING}")


def _sha256(tar: tarfile.TarFile, member: tarfile.TarInfo) -> tuple[str, int]:
    file = tar.extractfile(member) if member.isfile() else None
    if file is None:
        raise Problem(f"{DAMAGED}: {member.name} is no file. {NOTHING}")
    reader = _Hashing(file)
    while reader.read(_BLOCK):
        pass
    return reader.digest.hexdigest(), member.size


class _Hashing:
    """A file that is read while its SHA-256 is taken."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
