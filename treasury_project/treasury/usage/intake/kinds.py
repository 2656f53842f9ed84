"""The kinds of rows that can come from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from treasury.usage.intake import devices, readings, work
from treasury.usage.intake.rows import Companies, Plan, Row


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rows: its columns, a row as an example, and what would become of rows."""

    name: str
    label: str
    columns: tuple[str, ...]
    example: tuple[str, ...]
    plan: Callable[[Sequence[Row], Companies, date], Plan]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("devices", "Devices", devices.COLUMNS, devices.EXAMPLE, devices.plan),
            Kind("time", "Time entries", work.COLUMNS, work.EXAMPLE, work.plan),
            Kind("readings", "Readings", readings.COLUMNS, readings.EXAMPLE, readings.plan),
        )
    }
)
