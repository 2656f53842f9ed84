"""What two sequences have in common, in order; pure Python, and bounded for every input.

Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), figure 2. The standard library's
``difflib`` needs minutes for texts with many equal lines, such as a long table.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

Block = tuple[int, int, int]  # where it begins in the first and in the second, and its length
Path = Any  # None, or a block and the path before it


def in_common(a: Sequence[Hashable], b: Sequence[Hashable], most: int) -> list[Block]:
    """Return the stretches that ``a`` and ``b`` share, in order; none is empty.

    They are those of a shortest edit, up to ``most`` removals and insertions. What is farther
    apart has nothing in common behind that point but its end. Costs at most the square of
    ``most`` beside one pass over both.
    """
    start, end = 0, 0
    shorter = min(len(a), len(b))
    while start < shorter and a[start] == b[start]:
        start += 1
    while end < shorter - start and a[-1 - end] == b[-1 - end]:
        end += 1
    between = _shortest(a[start : len(a) - end], b[start : len(b) - end], most)
    found = [(0, 0, start), *((x + start, y + start, size) for x, y, size in between)]
    return [each for each in (*found, (len(a) - end, len(b) - end, end)) if each[2]]


def _shortest(a: Sequence[Hashable], b: Sequence[Hashable], most: int) -> list[Block]:
    reached: dict[int, tuple[int, Path]] = {
        1: (0, None)
    }  # by diagonal (x - y): farthest x, and how
    for edits in range(min(most, len(a) + len(b)) + 1 if a and b else 0):
        for diagonal in range(-edits, edits + 1, 2):
            began, path = _step(reached, diagonal, edits)
            x, y = began, began - diagonal
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            if x > began:
                path = ((began, began - diagonal, x - began), path)
            if x >= len(a) and y >= len(b):
                return _listed(path)
            reached[diagonal] = (x, path)
    diagonals = (each for each in reached if each % 2 == most % 2)
    farthest = max(diagonals, key=lambda each: 2 * reached[each][0] - each, default=1)
    return _listed(reached[farthest][1])


def _step(reached: dict[int, tuple[int, Path]], diagonal: int, edits: int) -> tuple[int, Path]:
    """Return where the path on ``diagonal`` begins: an insertion, or a removal, after another."""
    inserted = diagonal == -edits or (
        diagonal != edits and reached[diagonal - 1][0] < reached[diagonal + 1][0]
    )
    if inserted:
        return reached[diagonal + 1]
    x, path = reached[diagonal - 1]
    return x + 1, path


def _listed(path: Path) -> list[Block]:
    blocks = []
    while path is not None:
        block, path = path
        blocks.append(block)
    return blocks[::-1]
