"""What would become of each row, before anything is written. Pure Python."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from treasury.usage.intake.cells import Unreadable, text

Value = TypeVar("Value")


class Action(StrEnum):
    """What a row does."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    ERROR = "error"


@dataclass(slots=True)
class Row:
    """A row of the input, counted from 1, and what it does. ``errors`` maps columns to words."""

    number: int
    cells: Mapping[str, object]
    company_id: uuid.UUID | None = None
    action: Action = Action.SAME
    about: str = ""
    changes: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, column: str, reader: Callable[..., Value], **options: Any) -> Value | None:
        """Return the cell as ``reader`` takes it; None, and an error noted, if it cannot."""
        try:
            return reader(self.cells.get(column), **options)
        except Unreadable as problem:
            self.refuse(column, str(problem))
            return None

    def require(self, column: str, value: object) -> None:
        """Note an error when there is nothing in the column."""
        if value in (None, "") and column not in self.errors:
            self.refuse(column, "is missing")

    def refuse(self, column: str, why: str) -> None:
        """Note what is wrong with the row; the first reason of a column counts."""
        self.errors.setdefault(column, why)
        self.action = Action.ERROR


@dataclass(slots=True)
class Plan:
    """What would happen: the rows, and the objects to add and to save."""

    rows: list[Row]
    add: list[Any] = field(default_factory=list)
    save: list[Any] = field(default_factory=list)
    fields: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether a row cannot be taken; then none is."""
        return any(row.errors for row in self.rows)

    def count(self, action: str) -> int:
        """Return how many rows do ``action``."""
        return sum(1 for row in self.rows if row.action == action)


class Companies:
    """The companies of the directory, found by id, account number or unambiguous name."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._by_name: dict[str, set[uuid.UUID]] = {}
        for row in rows:
            company_id = uuid.UUID(str(row["id"]))
            for name in (str(company_id), row.get("account_number"), row.get("name")):
                if name:
                    self._by_name.setdefault(str(name).casefold(), set()).add(company_id)

    def find(self, row: Row) -> None:
        """Set the company of ``row`` from its column ``company``, or note why there is none."""
        try:
            name = text(row.cells.get("company"), most=200)
        except Unreadable as problem:
            row.refuse("company", str(problem))
            return
        found = self._by_name.get(name.casefold(), set())
        if not name:
            row.refuse("company", "is missing")
        elif len(found) > 1:
            row.refuse("company", f"“{name}” is more than one company; give the account number")
        elif not found:
            row.refuse("company", f"Nexus knows no company “{name}”")
        else:
            (row.company_id,) = found


def refuse_unknown_columns(row: Row, known: Iterable[str]) -> None:
    """Note an error for each column that nobody reads: a misspelt one must not look taken."""
    for column in sorted(set(row.cells) - set(known)):
        row.refuse(str(column), "is no column of this import")
