"""The file format of ``instance/<module>.conf``: ``KEY=value`` lines that can hold any value.

- A value without quotes is taken as it stands, blanks around it removed: ``%``, ``@``, ``#``, ``$``
  and backslashes mean nothing special. ``#`` starts a comment only as the first thing of a line.
- Single quotes around a value keep everything between them, blanks too.
- Double quotes hold a JSON string (RFC 8259 section 7), for line breaks and control characters.

django-environ's own reader is not used: it puts every secret into the process environment, where
each child process sees it, resolves a leading ``$`` as another variable's name, and cannot read
back all it is given.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

_KEY = re.compile(r"[A-Z][A-Z0-9_]*")


class ConfFileError(Exception):
    """The file cannot be read; the message names file and line, never the value."""


def parse(text: str, source: str = "the file") -> dict[str, str]:
    """Return the values in ``text``. Raises ConfFileError."""
    values: dict[str, str] = {}
    # Not splitlines(): that breaks values at form feeds and at U+2028 as well.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, raw = line.partition("=")
        key = key.strip()
        where = f"{source}, line {number}"
        if not equals or not _KEY.fullmatch(key):
            raise ConfFileError(f"{where} is not KEY=value (the key in capital letters).")
        if key in values:
            raise ConfFileError(f"{where} sets {key} a second time. Remove one of the two.")
        values[key] = _unquote(raw.strip(), key, where)
    return values


def read(path: Path) -> dict[str, str]:
    """Return the values in the file at ``path``, none without a file. Raises ConfFileError."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise ConfFileError(f"{path} may not be read by this user.") from None
    except UnicodeDecodeError:
        raise ConfFileError(f"{path} is not UTF-8 text.") from None
    except OSError as error:
        raise ConfFileError(f"{path} cannot be read: {error.strerror}.") from None


def quote(value: str) -> str:
    """Return ``value`` as it is written behind ``KEY=``; as it stands when that reads back."""
    plain = value.isprintable() and value == value.strip() and not value.startswith(("'", '"'))
    if plain:
        return value
    try:
        value.encode()
    except UnicodeEncodeError:  # lone surrogates, from bytes of the environment that are not UTF-8
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def add_missing(path: Path, values: Mapping[str, str], notes: Mapping[str, str]) -> list[str]:
    """Add to the file at ``path`` those of ``values`` it does not have; return the keys added.

    Existing lines, comments and their order stay. ``notes`` are written as a comment above a key.
    The file is replaced in one step and is readable by its owner alone from the first byte.
    Raises ConfFileError.
    """
    path = path.resolve()  # a link stays a link
    known = read(path)
    added = [key for key in values if key not in known]
    if not added:
        return []
    text = path.read_text(encoding="utf-8") if path.exists() else _heading(path)
    if text and not text.endswith("\n"):
        text += "\n"
    for key in added:
        note = notes.get(key, "")
        text += f"\n# {note}\n" if note else ""
        text += f"{key}={quote(values[key])}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise ConfFileError(f"{path} cannot be written: {error.strerror}.") from None
    return added


def _heading(path: Path) -> str:
    return (
        f"# {path.name}: written by init_db.py, which never changes a value that is here.\n"
        "# Quote a value with single quotes to keep blanks around it.\n"
    )


def _unquote(raw: str, key: str, where: str) -> str:
    if raw.startswith("'"):
        if len(raw) > 1 and raw.endswith("'"):
            return raw[1:-1]
        raise ConfFileError(f"{where}: the single quote at the start of {key} is never closed.")
    if not raw.startswith('"'):
        return raw
    try:
        return str(json.loads(raw))
    except ValueError:
        raise ConfFileError(
            f"{where}: {key} is not valid in double quotes. Single quotes keep it as it is."
        ) from None


def _replace(path: Path, text: str) -> None:
    owner = path.stat() if path.exists() else None
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            if owner and os.geteuid() == 0:  # root set up a service that runs as another user
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
