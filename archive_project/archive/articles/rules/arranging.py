"""Where an article may go among the others of its space; pure Python.

One step (up, down, in, out), or right before, behind or inside another: each becomes a place, which
is a parent and the sibling it stands behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Move(StrEnum):
    """How an article moves: a step, or BEFORE, BEHIND or INSIDE another one."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"
    BEFORE = "before"
    BEHIND = "behind"
    INSIDE = "inside"


STEPS = (Move.UP, Move.DOWN, Move.OUT, Move.IN)


@dataclass(frozen=True, slots=True)
class Place:
    """Below ``parent`` (None: at the top), right behind ``after`` (None: the first)."""

    parent: Any
    after: Any


class Order:
    """The articles of a space as its page shows them; ``rows`` have ``id`` and ``parent_id``.

    Siblings are in their order. One whose parent is not there (it is in the trash) is shown at the
    top, and no other can be placed by it: it goes back below its parent one day.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        self._parents = {row.id: row.parent_id for row in rows}
        self._children: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            self._children[self._above(row.id)].append(row.id)

    def standing(self, row: Any) -> tuple[int, int]:
        """Return which of how many siblings ``row`` is, from 1. Raises KeyError."""
        siblings = self._siblings(row)
        return siblings.index(row) + 1, len(siblings)

    def steps(self, row: Any) -> dict[Move, Place]:
        """Return the steps ``row`` can make and where each leads. Raises KeyError."""
        above, siblings = self._above(row), self._siblings(row)
        at = siblings.index(row)
        steps = {}
        if at > 0:
            steps[Move.UP] = self._last_of(above, siblings[: at - 1])
            steps[Move.IN] = self._inside(row, siblings[at - 1])
        if at < len(siblings) - 1:
            steps[Move.DOWN] = self._behind(row, siblings[at + 1])
        if above is not None:
            steps[Move.OUT] = self._behind(row, above)
        return steps

    def place(self, row: Any, move: Move, other: Any = None) -> Place | None:
        """Return where ``move`` leads ``row``, or None when it leads nowhere.

        That it would stand inside itself is for the caller to refuse.
        """
        if row not in self._parents:
            return None
        if move in STEPS:
            return self.steps(row).get(move)
        if other not in self._parents or other == row:
            return None
        lead = {Move.BEFORE: self._before, Move.BEHIND: self._behind, Move.INSIDE: self._inside}
        return lead[move](row, other)

    def _above(self, row: Any) -> Any:
        parent = self._parents[row]
        return parent if parent in self._parents else None

    def _siblings(self, row: Any) -> list[Any]:
        above = self._above(row)
        return [
            each for each in self._children[above] if each == row or self._parents[each] == above
        ]

    def _inside(self, row: Any, other: Any) -> Place:
        return self._last_of(other, [each for each in self._children[other] if each != row])

    def _before(self, row: Any, other: Any) -> Place:
        siblings = [each for each in self._siblings(other) if each != row]
        return self._last_of(self._above(other), siblings[: siblings.index(other)])

    def _behind(self, row: Any, other: Any) -> Place:
        siblings = [each for each in self._siblings(other) if each != row]
        return self._last_of(self._above(other), siblings[: siblings.index(other) + 1])

    def _last_of(self, parent: Any, before: Sequence[Any]) -> Place:
        """Return the place behind those of ``before`` that really stand below ``parent``."""
        really = [each for each in before if self._parents[each] == parent]
        return Place(parent, really[-1] if really else None)
