"""What changed between two texts, by words, for reading in one column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "removed", "added"]
WORDS = re.compile(r"\w+|\s|[^\w\s]")
# Comparing words costs the product of both lengths; beyond this a stretch is shown as replaced.
MOST_WORDS = 3000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and what became of it."""

    change: Change
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """Return the pieces that make ``old`` (same, removed) and ``new`` (same, added).

    Lines are compared first, and words only inside the lines that differ.
    """
    return _joined(_lines(old.splitlines(keepends=True), new.splitlines(keepends=True)))


def _lines(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[i1:i2]), "".join(new[j1:j2])
        if kind == "equal":
            yield Piece("same", before)
        elif kind == "replace":
            yield from _words(WORDS.findall(before), WORDS.findall(after))
        else:
            yield from _replaced(before, after)


def _words(old: list[str], new: list[str]) -> Iterator[Piece]:
    if max(len(old), len(new)) > MOST_WORDS:
        yield from _replaced("".join(old), "".join(new))
        return
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[i1:i2]))
        else:
            yield from _replaced("".join(old[i1:i2]), "".join(new[j1:j2]))


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].change == piece.change:
            joined[-1] = Piece(piece.change, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
