"""The tree of a space's articles, made from rows that know their parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Node:
    """An article and those below it."""

    row: Any
    children: list[Node] = field(default_factory=list)


def tree(rows: Sequence[Any]) -> list[Node]:
    """Arrange ``rows`` (with ``id`` and ``parent_id``), siblings in the order given.

    A row whose parent is not among them stands at the top: the reader may not see the parent, or
    it is in the trash.
    """
    nodes = {row.id: Node(row) for row in rows}
    top: list[Node] = []
    for row in rows:
        above = nodes.get(row.parent_id)
        (top if above is None else above.children).append(nodes[row.id])
    return top


def is_below(parents: Mapping[Any, Any], row: Any, above: Any) -> bool:
    """Tell whether ``row`` is ``above`` or below it; ``parents`` leads from id to parent."""
    seen = set()
    while row is not None and row not in seen:
        if row == above:
            return True
        seen.add(row)
        row = parents.get(row)
    return False
