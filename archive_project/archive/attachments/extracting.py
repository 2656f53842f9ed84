"""The words in a PDF, DOCX or XLSX, read in a process of its own with little memory and time.

``python extracting.py pdf < file`` writes them. Parsers of these formats are large and the files
are strangers': one that makes them loop or swell ends its process and nothing else.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_CHARACTERS = 100_000
MOST_PAGES = 500
SECONDS = 20  # of CPU
MEMORY = 768 * 1024 * 1024


def _pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    for page in reader.pages[:MOST_PAGES]:
        yield page.extract_text()


def _docx(content: bytes) -> Iterator[str]:
    import mammoth

    yield mammoth.extract_raw_text(io.BytesIO(content)).value


def _xlsx(content: bytes) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            yield " ".join(str(cell) for cell in row if cell is not None)


def _plain(content: bytes) -> Iterator[str]:
    yield content[: 4 * MOST_CHARACTERS].decode("utf-8", "replace")


READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "pdf": _pdf, "docx": _docx, "xlsx": _xlsx, "csv": _plain, "txt": _plain, "md": _plain,
    "log": _plain,
}  # fmt: skip


def words(kind: str, content: bytes) -> str:
    """Return the text of ``content``, a file ending in ``kind``; at most 100,000 characters."""
    parts: list[str] = []
    length = 0
    for part in READERS[kind](content):
        parts.append(part)
        length += len(part) + 1
        if length >= MOST_CHARACTERS:
            break
    return "\n".join(parts)[:MOST_CHARACTERS]


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from archive import apart

    apart.limit(seconds=SECONDS, memory=MEMORY)
    text = words(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
