"""The modules of this installation, as Nexus lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.conf import conf
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.tokens import Claims

MODULES = "/api/modules/"
NEXUS = "nexus"


@dataclass(frozen=True, slots=True)
class Module:
    """One service people can open; ``url`` has no final slash."""

    client_id: str
    name: str
    url: str
    icon: str = ""
    description: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Module:
        return cls(
            client_id=row["client_id"],
            name=row["name"],
            url=row["url"].rstrip("/"),
            icon=row.get("icon", ""),
            description=row.get("description", ""),
        )


def find(client_id: str) -> Module | None:
    """Return a registered module by its client id. Raises NexusRefused, NexusUnavailable.

    Nexus is always known: its address is this module's own setting.
    """
    if client_id == NEXUS:
        return Module(NEXUS, "Nexus", conf.nexus_public_url)
    answer = nexus.client.get(
        MODULES, caller=nexus.client.service_caller(), max_age=conf.menu_seconds
    )
    rows = _rows(answer.data)
    return next((Module.from_row(row) for row in rows if row["client_id"] == client_id), None)


def menu(claims: Claims, token: str) -> list[Module]:
    """Return the modules this person may open, from the cache for a minute; none if none are known.

    What may be opened depends on the level alone, so one answer serves everybody of a level.
    """
    caller = Caller(token, f"level:{claims.permission_level}")
    try:
        answer = nexus.client.get(MODULES, caller=caller, max_age=conf.menu_seconds, optional=True)
    except (NexusRefused, NexusUnavailable):
        return []  # a page without its menu is better than no page
    return [Module.from_row(row) for row in _rows(answer.data)]


def opened(client_id: str, claims: Claims | None, token: str) -> Module | None:
    """Return the module of that id if this person may open it and it is known."""
    if claims is None:
        return None
    return next((each for each in menu(claims, token) if each.client_id == client_id), None)


def _rows(data: Any) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = data["results"] if isinstance(data, dict) else data
    return rows
