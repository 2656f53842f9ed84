"""Read the demo's articles from ``content/``: one file a space.

An article begins with ``=== Title`` and lines of facts (``tags: a, b``, ``open`` to clients,
``below: Title``, ``net:`` and ``shot:`` for its pictures). A line ``--- comment`` ends a revision;
what follows is put behind the text, but for lines ``old ==> new``, which change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

FOLDER = Path(__file__).parent / "content"
FACT = re.compile(r"(tags|below|by|day|kind|review|trashed|net|shot): (.+)|(open|pinned)$")
CHANGE = re.compile(r"(.+) ==> (.+)$")
ITEM = re.compile(r"- |\d+\. ")
PICTURES = ("net", "shot")
OLDEST, YOUNGEST = 350, 25  # days ago, for an article that does not say when it was written
LATER = (  # what people say when they add the last part of an article
    "Add what was missing", "After the last visit", "Checked and completed",
    "As asked on the telephone", "Add the last part", "What we learnt since",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """An article; ``revisions`` are pairs of comment and whole text, the oldest first.

    ``pictures`` maps a file's name to how it is drawn: ``("net", "a > b")``.
    """

    title: str
    facts: dict[str, str]
    revisions: list[tuple[str, str]]
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def day(self) -> int:
        """How many days ago it was first written; the same for the same title."""
        spread = OLDEST - YOUNGEST
        return int(self.facts.get("day") or YOUNGEST + crc32(self.title.encode()) % spread)


def read(name: str) -> Iterator[Text]:
    """Yield the articles of the file ``name``, parents before those below them."""
    whole = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for part in re.split(r"^=== ", whole, flags=re.MULTILINE)[1:]:
        title, *lines = part.rstrip("\n").split("\n")
        facts: dict[str, str] = {}
        pictures: dict[str, tuple[str, str]] = {}
        while match := FACT.match(lines[0]):
            if match[1] in PICTURES:
                file, _, drawn = match[2].partition(": ")
                pictures[file] = (match[1], drawn)
            else:
                facts[match[1] or match[3]] = match[2] or "yes"
            lines.pop(0)
        yield Text(title, facts, _grown(title, _revisions("\n".join(lines))), pictures)


def _revisions(text: str) -> list[tuple[str, str]]:
    first, *rest = re.split(r"^--- (.+)$\n?", text, flags=re.MULTILINE)
    revisions = [("First version", first.rstrip() + "\n")]
    for comment, changes in zip(rest[::2], rest[1::2], strict=True):
        revisions.append((comment, _changed(revisions[-1][1], changes)))
    return revisions


def _grown(title: str, revisions: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Let two of three articles that were never edited have begun without their last part."""
    chance = crc32(title.encode())
    whole = revisions[0][1]
    begun, found, _ = whole.rstrip().rpartition("\n\n")
    if len(revisions) > 1 or chance % 3 == 0 or not found or "\n\n" not in begun:
        return revisions
    return [("First version", f"{begun}\n"), (LATER[chance % len(LATER)], whole)]


def _changed(before: str, changes: str) -> str:
    added: list[str] = []
    for line in changes.rstrip().split("\n"):
        if (match := CHANGE.match(line)) and match[1] in before:
            before = before.replace(match[1], match[2])
        else:
            added.append(line)
    addition = "\n".join(added).rstrip()
    if not addition:
        return before
    goes_on = ITEM.match(addition) and ITEM.match(before.rstrip().rpartition("\n")[2])
    return f"{before}{addition}\n" if goes_on else f"{before}\n{addition}\n"
