"""CSV that a spreadsheet opens without running what is in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection


def defused(cell: object) -> str:
    """Return ``cell`` as text that no spreadsheet takes for a formula; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal | int):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    text = str(cell).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text


class _Echo:
    """A file that gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180) with a byte order mark, which Excel needs."""
    writer = csv.writer(_Echo())  # type: ignore[arg-type]  # it only writes
    yield "\ufeff" + writer.writerow(list(header))  # type: ignore[operator]
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])  # type: ignore[misc]


def download(
    name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]
) -> StreamingHttpResponse:
    """Answer a CSV file called ``name``, row after row, so that its size costs no memory."""
    answer = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
