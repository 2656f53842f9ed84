"""Reading a document; one that may take long in a process of its own, with little memory and time.

The parsers of HTML and DOCX are not ours and the files are strangers': 100 KB of tags that do not
end keep one busy for minutes, and others swell to gigabytes. ``python apart.py < question``.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.exchange.documents import Document

SECONDS = 30  # of CPU
LONGEST = 50  # seconds, should others need the processor, too; an import is lost after 60
MEMORY = 1024**3
# What is read here and now: the parser of HTML may look through the rest of a page at each tag.
QUICK_STEPS = 10**8
QUICK_DOCX = 512 * 1024  # bytes, unpacked
TOO_MUCH = "Reading it takes more time or memory than a file is given."


def read(path: str, content: bytes) -> Document:
    """Return the document in ``content``. Raises Unreadable."""
    from archive import apart
    from archive.exchange import documents

    if _is_quick(path, content):
        return documents.read(path, content)
    question = json.dumps({"path": path, "content": base64.b64encode(content).decode()})
    try:
        told = apart.run(__file__, content=question.encode(), longest=LONGEST)
    except (OSError, subprocess.SubprocessError) as error:
        raise documents.Unreadable(TOO_MUCH) from error
    answer = json.loads(told)
    if "unreadable" in answer:
        raise documents.Unreadable(answer["unreadable"])
    embedded = {name: base64.b64decode(each) for name, each in answer.pop("embedded").items()}
    return documents.Document(**answer, embedded=embedded)


def _is_quick(path: str, content: bytes) -> bool:
    from archive.exchange import files

    match PurePosixPath(path).suffix.lower():
        case ".docx":
            return files.unpacked_size(content) <= QUICK_DOCX
        case ".html" | ".htm":
            return content.count(b"<") * len(content) <= QUICK_STEPS
    return True


def _answer(path: str, content: bytes) -> dict[str, Any]:
    from archive.exchange import documents

    try:
        answer = asdict(documents.read(path, content))
    except documents.Unreadable as error:
        return {"unreadable": str(error)}
    pictures: dict[str, bytes] = answer["embedded"]
    encoded = {name: base64.b64encode(each).decode() for name, each in pictures.items()}
    return {**answer, "embedded": encoded}


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from archive import apart

    apart.limit(seconds=SECONDS, memory=MEMORY)
    question = json.load(sys.stdin.buffer)
    answer = _answer(question["path"], base64.b64decode(question["content"]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
