"""Read the demo's articles from ``texts/``.

An article begins with ``=== Title`` and lines of facts (``tags: a, b``, ``open`` to clients,
``pinned``, ``below: Title``); a line ``--- comment`` ends a revision, and the next adds to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
FACT = re.compile(r"(tags|below): (.+)|(open|pinned)$")


@dataclass(frozen=True, slots=True)
class Text:
    """An article; ``revisions`` are pairs of comment and whole text, the oldest first."""

    title: str
    facts: dict[str, str]
    revisions: list[tuple[str, str]]


def read(name: str) -> Iterator[Text]:
    """Yield the articles of the file ``name``, parents before those below them."""
    parts = re.split(
        r"^=== ", (FOLDER / f"{name}.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    for part in parts[1:]:
        title, *lines = part.rstrip("\n").split("\n")
        facts: dict[str, str] = {}
        while match := FACT.match(lines[0]):
            facts[match[1] or match[3]] = match[2] or "yes"
            lines.pop(0)
        yield Text(title=title, facts=facts, revisions=_revisions("\n".join(lines)))


def _revisions(text: str) -> list[tuple[str, str]]:
    first, *rest = re.split(r"^--- (.+)$\n?", text, flags=re.MULTILINE)
    revisions = [("First version", first.rstrip() + "\n")]
    for comment, addition in zip(rest[::2], rest[1::2], strict=True):
        before = revisions[-1][1]
        revisions.append((comment, f"{before}\n{addition.rstrip()}\n" if addition else before))
    return revisions
