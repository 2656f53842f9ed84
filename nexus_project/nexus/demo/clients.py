"""The invented client companies, read from ``clients.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("clients.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """A location of a client company."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """A client company; ``staff`` is how many contacts it has."""

    account_number: str
    name: str
    since: date
    staff: int
    people: list[str]
    titles: list[str]
    domains: list[str]
    places: list[Place]
    legal_name: str = ""
    tax_id: str = ""
    status: str = "active"
    notes: str = ""
    address_style: str = "{first}.{last}"
    tags: list[str] = field(default_factory=list)
    external_ids: dict[str, str] = field(default_factory=dict)

    def title(self, index: int) -> str:
        """Return the job of the ``index``-th person: three named posts, then the rest in turn."""
        rest = len(self.titles) - 3
        return self.titles[index if index < 3 else 3 + index % rest]


def read_clients() -> list[Client]:
    """Return the companies in the order of the file."""
    entries: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["clients"]
    return [
        Client(**{**entry, "places": [Place(*place) for place in entry["places"]]})
        for entry in entries
    ]
