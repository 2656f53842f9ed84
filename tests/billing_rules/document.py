"""The tables of docs/billing-rules.md: a heading, and rows; bold columns are what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parents[2] / "docs" / "billing-rules.md"


@dataclass(frozen=True)
class Case:
    """A row: what goes in and what must come out, by the names of the columns."""

    rule: str
    number: int
    given: dict[str, str]
    expected: dict[str, str]


def cases(text: str) -> list[Case]:
    """Return every row of every table of ``text``. Raises ValueError for a table it cannot read."""
    found: list[Case] = []
    heading, header, number = "", [], 0
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not header:
            header, number = cells, 0
        elif set("".join(cells)) <= {"-", ":"} and number == 0:
            continue
        else:
            number += 1
            found.append(_case(heading, number, header, cells))
    return found


def _case(heading: str, number: int, header: list[str], cells: list[str]) -> Case:
    if len(header) != len(cells):
        raise ValueError(f"{heading} {number} has {len(cells)} cells under {len(header)} headings")
    row = list(zip(header, cells, strict=True))
    given = {name: cell for name, cell in row if not name.startswith("**")}
    expected = {name.strip("*"): cell for name, cell in row if name.startswith("**")}
    if not expected:
        raise ValueError(f"{heading} expects nothing")
    return Case(heading, number, given, expected)
