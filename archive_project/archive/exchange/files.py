"""The files of a ZIP or a folder, read into memory under caps; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

FORMATS = {".md", ".markdown", ".html", ".htm", ".docx"}
MOST_FILES = 5000
MOST_BYTES = 100 * 1024 * 1024  # of all files together, unpacked
MOST_OF_ONE = 20 * 1024 * 1024
MOST_PACKED = 50 * 1024 * 1024
LONGEST_PATH = 1000
MEMBER = b"PK\x01\x02"  # begins the entry of each member in the directory of a ZIP
MOST_ENTRIES = 100_000  # of all ZIPs in one another: the directory is read as a whole, and counted
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    RuntimeError, ValueError, OSError,
)  # fmt: skip


class Refused(Exception):
    """The upload as a whole is not taken; the message says why, for people."""


def of_upload(name: str, content: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files of a ZIP as ``of_zip`` does, or the one document that was sent alone.

    Raises Refused.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in FORMATS:
        if ending != ".zip" and not zipfile.is_zipfile(io.BytesIO(content)):
            raise Refused("Only a ZIP, or one Markdown, HTML or DOCX file, can be imported.")
        return of_zip(content)
    if len(content) > MOST_OF_ONE:
        raise Refused("The file is larger than 20 MiB.")
    return {name: content}, {}


def of_zip(packed: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files of a ZIP by path, and, by path, why some were left out.

    A size that the directory of the ZIP states is not believed: reading stops at the cap.
    Raises Refused for what is no ZIP, too much of it, or a bomb.
    """
    if len(packed) > MOST_PACKED:
        raise Refused("The ZIP is larger than 50 MiB.")
    if packed.count(MEMBER) > MOST_ENTRIES:
        raise Refused(f"The ZIP has more than {MOST_FILES} files.")
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            # is_dir() of Python 3.11 fails on a member without a name
            members = [each for each in archive.infolist() if not (each.filename and each.is_dir())]
            if len(members) > MOST_FILES:
                raise Refused(f"The ZIP has more than {MOST_FILES} files.")
            room = MOST_BYTES
            for member in members:
                name = member.filename
                if reason := _unfit(member) or ("twice" if name in files else ""):
                    left_out[name[:300]] = reason
                    continue
                with archive.open(member) as stream:
                    content = stream.read(min(MOST_OF_ONE, room) + 1)
                room -= len(content)
                if room < 0:
                    raise Refused("The files are larger than 100 MiB together.")
                if len(content) > MOST_OF_ONE:
                    left_out[name] = "larger than 20 MiB"
                    continue
                files[name] = content
    except BROKEN as error:
        raise Refused("This is not a ZIP file that can be read.") from error
    return files, left_out


def unpacked_size(packed: bytes) -> int:
    """Return the bytes a ZIP says that it unpacks to; more than stated is never read. 0: no ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except BROKEN:
        return 0


def of_folder(folder: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files below ``folder`` as ``of_zip`` does; links are not followed."""
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    room = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            left_out[name] = "a link"
        elif path.is_file() and not any(part.is_symlink() for part in _above(path, folder)):
            if path.stat().st_size > MOST_OF_ONE:
                left_out[name] = "larger than 20 MiB"
                continue
            files[name] = path.read_bytes()
            room -= len(files[name])
            if room < 0 or len(files) > MOST_FILES:
                raise Refused("The folder has more than 5000 files or 100 MiB.")
    return files, left_out


def _above(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if folder in parent.parents]


def _unfit(member: zipfile.ZipInfo) -> str:
    """Return why a member is left out; paths matter for links and for the tree only."""
    name = member.filename
    path = PurePosixPath(name)
    if not path.parts or not name.isprintable() or len(name) > LONGEST_PATH:
        return "its path is odd"
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        return "its path leads outside"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    return "encrypted" if member.flag_bits & 1 else ""
