"""Three-way merge of texts by lines, so that two people who save at once lose nothing.

The method is the one of diff3 (Khanna, Kunal, Pierce, "A Formal Investigation of Diff3", 2007):
where both sides kept a stretch of the base, the texts are in step; between two such stretches
either one side changed it, which is taken, or both did, which is a conflict and keeps both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.articles.rules.matching import in_common

MINE = "<<<<<<< Your text"
BETWEEN = "======="
THEIRS = ">>>>>>> Saved meanwhile"
# Removed and added lines; texts farther apart than this are one conflict behind that point.
MOST_EDITS = 1000


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text; ``conflicts`` counts the places marked in it for a person to settle."""

    text: str
    conflicts: int


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Merge ``mine`` and ``theirs``, both made from ``base``.

    Every line that either side wrote is in the result; a conflict holds both versions between
    marker lines. Line ends are the newline character; a missing last one stays missing.
    """
    a, b, c = base.split("\n"), mine.split("\n"), theirs.split("\n")
    result: list[str] = []
    conflicts = 0
    at_a = at_b = at_c = 0
    for start, mine_start, theirs_start, size in _in_step(a, b, c):
        was, ours = a[at_a:start], b[at_b:mine_start]
        other = c[at_c:theirs_start]
        if ours == other or other == was:
            result += ours
        elif ours == was:
            result += other
        else:
            conflicts += 1
            result += [MINE, *ours, BETWEEN, *other, THEIRS]
        result += a[start : start + size]
        at_a, at_b, at_c = start + size, mine_start + size, theirs_start + size
    return Merged(text="\n".join(result), conflicts=conflicts)


def has_markers(text: str) -> bool:
    """Tell whether a conflict marked by ``merge`` is still in ``text``."""
    return not {MINE, THEIRS}.isdisjoint(line.rstrip() for line in text.split("\n"))


def for_reading(text: str) -> str:
    """Return ``text`` as a preview shows it: both sides of each conflict as named quotations.

    A marker line that has lost its others is text, not the seven quotations Markdown makes of it.
    """
    shown: list[str] = []
    mine: list[str] | None = None
    theirs: list[str] | None = None
    for line in text.split("\n"):
        marker = line.rstrip()
        if marker == MINE:
            shown += _unfinished(mine, theirs)
            mine, theirs = [], None
        elif marker == BETWEEN and mine is not None and theirs is None:
            theirs = []
        elif marker == THEIRS and mine is not None and theirs is not None:
            shown += [*_quotation("Your text", mine), *_quotation("Saved meanwhile", theirs)]
            mine = theirs = None
        else:
            open_side = shown if mine is None else mine if theirs is None else theirs
            open_side.append(f"\\{line}" if marker == THEIRS else line)
    return "\n".join([*shown, *_unfinished(mine, theirs)])


def settle(base: str, mine: str, theirs: str) -> str:
    """Merge a value that has no lines, such as a title: mine wins only if I changed it."""
    return theirs if mine == base else mine


def _quotation(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"> **{title}**", ">", *(f"> {line}" for line in lines), ""]


def _unfinished(mine: list[str] | None, theirs: list[str] | None) -> list[str]:
    """Return the lines of a conflict whose last marker is missing, its first one escaped."""
    if mine is None:
        return []
    return [f"\\{MINE}", *mine, *([] if theirs is None else [BETWEEN, *theirs])]


def _in_step(
    a: Sequence[str], b: Sequence[str], c: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (in base, in mine, in theirs, length) of what both kept, in order; last the ends."""
    left, right = in_common(a, b, MOST_EDITS), in_common(a, c, MOST_EDITS)
    i = j = 0
    while i < len(left) and j < len(right):
        (one, in_mine, one_size), (two, in_theirs, two_size) = left[i], right[j]
        start = max(one, two)
        end = min(one + one_size, two + two_size)
        if start < end:
            yield start, in_mine + start - one, in_theirs + start - two, end - start
        if one + one_size < two + two_size:
            i += 1
        else:
            j += 1
    yield len(a), len(b), len(c), 0
