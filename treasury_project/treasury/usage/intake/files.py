"""A file of rows: CSV as spreadsheets write it, or Excel."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import tablib
from tablib.exceptions import TablibException

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
_UNPACKED = 100 * 1024 * 1024


class UnreadableFile(ValueError):
    """The file cannot be taken; the message says why, for people."""


def read(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return the rows as columns to cells; column names in small letters with underscores.

    Empty rows are left out. Raises UnreadableFile.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile("The file is larger than 5 MB; split it.")
    table = _excel(content) if name.lower().endswith(".xlsx") else _csv(content)
    headers = [_column(each) for each in table.headers or []]
    if not any(headers):
        raise UnreadableFile("The first row has to name the columns.")
    named = [header for header in headers if header]
    if len(set(named)) != len(named):
        raise UnreadableFile("Two columns have the same name.")
    rows = [_row(headers, cells) for cells in table if any(map(_something, cells))]
    if not rows:
        raise UnreadableFile("There are no rows below the names of the columns.")
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows; split it.")
    return rows


def _row(headers: list[str], cells: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(headers, cells, strict=False))
    if _something(row.pop("", None)):
        raise UnreadableFile("A column without a name has values; name it, or empty it.")
    return row


def _something(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _column(name: object) -> str:
    return "_".join(str(name or "").replace("_", " ").split()).lower()


def _excel(content: bytes) -> tablib.Dataset:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(member.file_size for member in package.infolist())
        if unpacked <= _UNPACKED:
            return tablib.Dataset().load(io.BytesIO(content), format="xlsx")
    except (zipfile.BadZipFile, TablibException, ValueError, KeyError, OSError) as problem:
        raise UnreadableFile("This is not an Excel file (.xlsx) that can be read.") from problem
    raise UnreadableFile("The file is too large once unpacked.")


def _csv(content: bytes) -> tablib.Dataset:
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = content.decode("cp1252", errors="replace")  # what Excel saves on Windows
    if "\x00" in words:
        raise UnreadableFile("This is not a CSV file.")
    first = words.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise UnreadableFile("This is not a CSV file that can be read.") from problem
    if not rows:
        raise UnreadableFile("The file is empty.")
    width = max(map(len, rows))
    return tablib.Dataset(
        *[row + [""] * (width - len(row)) for row in rows[1:]],
        headers=rows[0] + [""] * (width - len(rows[0])),
    )
