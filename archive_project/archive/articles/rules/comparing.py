"""What changed between two texts, by words, for reading in one column or in two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from archive.articles.rules.matching import in_common

Change = Literal["same", "removed", "added"]
WORDS = re.compile(r"\w+|\s|[^\w\s]")
# Removed and added lines, and words of a stretch; what is farther apart is shown as replaced.
MOST_LINES, MOST_WORDS = 1000, 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and what became of it."""

    change: Change
    text: str

    @property
    def in_old(self) -> bool:
        return self.change != "added"

    @property
    def in_new(self) -> bool:
        return self.change != "removed"


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the old text beside the one of the new that took its place, both in pieces."""

    old: list[Piece]
    new: list[Piece]

    @property
    def is_changed(self) -> bool:
        if any(piece.change != "same" for piece in (*self.old, *self.new)):
            return True
        # Two lines that were joined have all their pieces: it is the end of the line that is gone.
        old, new = ("".join(piece.text for piece in side) for side in (self.old, self.new))
        return old != new


def compare(old: str, new: str) -> list[Piece]:
    """Return the pieces that make ``old`` (same, removed) and ``new`` (same, added).

    Lines are compared first, and words only inside the lines that differ.
    """
    return _joined(_lines(old.splitlines(keepends=True), new.splitlines(keepends=True)))


def side_by_side(pieces: Iterable[Piece]) -> list[Pair]:
    """Return the lines of both texts in ``pieces``, what is the same at the same height."""
    pairs: list[Pair] = []
    old: list[list[Piece]] = [[]]
    new: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, line in enumerate(piece.text.split("\n")):
            if number and piece.change == "same":
                pairs += _level(old, new)
                old, new = [[]], [[]]
            elif number:
                (old if piece.in_old else new).append([])
            part = Piece(piece.change, line)
            if line and piece.in_old:
                old[-1].append(part)
            if line and piece.in_new:
                new[-1].append(part)
    return [*pairs, *_level(old, new)]


def _level(old: list[list[Piece]], new: list[list[Piece]]) -> list[Pair]:
    """Return lines of which the first begin, or else the last end, with what is the same."""
    first = bool(old[0] and new[0] and old[0][0] is new[0][0])
    top = [] if not first else [Pair(old[0], new[0])]
    end = [Pair(old[-1], new[-1])] if not first else []
    inner = slice(1, None) if first else slice(None, -1)
    nothing: list[Piece] = []
    between = zip_longest(old[inner], new[inner], fillvalue=nothing)
    return [*top, *(Pair(left, right) for left, right in between), *end]


def _lines(old: list[str], new: list[str]) -> Iterator[Piece]:
    for before, after, same in _steps(old, new, MOST_LINES):
        if before and after:
            yield from _words(WORDS.findall("".join(before)), WORDS.findall("".join(after)))
        else:
            yield from _replaced("".join(before), "".join(after))
        yield Piece("same", "".join(same))


def _words(old: list[str], new: list[str]) -> Iterator[Piece]:
    for before, after, same in _steps(old, new, MOST_WORDS):
        yield from _replaced("".join(before), "".join(after))
        yield Piece("same", "".join(same))


def _steps(
    old: list[str], new: list[str], most: int
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield what was removed, what was added, and what is the same behind it."""
    at_old = at_new = 0
    for in_old, in_new, size in (*in_common(old, new, most), (len(old), len(new), 0)):
        yield old[at_old:in_old], new[at_new:in_new], old[in_old : in_old + size]
        at_old, at_new = in_old + size, in_new + size


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].change == piece.change:
            joined[-1] = Piece(piece.change, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
