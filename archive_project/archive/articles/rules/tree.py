"""The tree of a space's articles, made from rows that know their parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 30  # levels on a page; those below stand beside each other, or no page could show them


@dataclass(slots=True)
class Node:
    """An article and those below it."""

    row: Any
    children: list[Node] = field(default_factory=list)


def tree(rows: Sequence[Any]) -> list[Node]:
    """Arrange ``rows`` (with ``id`` and ``parent_id``), siblings in the order given.

    A row whose parent is not among them stands at the top: the reader may not see the parent, or
    it is in the trash. Those deeper than DEEPEST stand on that level, in the same order.
    """
    nodes = {row.id: Node(row) for row in rows}
    top: list[Node] = []
    for row in rows:
        above = nodes.get(row.parent_id)
        (top if above is None else above.children).append(nodes[row.id])
    _flatten(top)
    return top


def _flatten(top: list[Node]) -> None:
    level = top
    for _ in range(DEEPEST - 1):
        level = [child for node in level for child in node.children]
    deepest = {id(node) for node in level}
    parents = [top]
    while parents:
        siblings = parents.pop()
        if siblings and id(siblings[0]) in deepest:
            siblings[:] = _in_order(siblings)
        else:
            parents += [node.children for node in siblings]


def _in_order(nodes: list[Node]) -> list[Node]:
    """Return ``nodes`` and all below them, each before those below it, as siblings."""
    found, waiting = [], nodes[::-1]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.children[::-1]
        node.children = []
    return found


def is_below(parents: Mapping[Any, Any], row: Any, above: Any) -> bool:
    """Tell whether ``row`` is ``above`` or below it; ``parents`` leads from id to parent."""
    seen = set()
    while row is not None and row not in seen:
        if row == above:
            return True
        seen.add(row)
        row = parents.get(row)
    return False
