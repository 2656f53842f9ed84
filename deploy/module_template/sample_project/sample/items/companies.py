"""The companies of items, as Nexus tells. It may be down: pages go on without names then."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable

UNKNOWN = "Unknown company"


def names(caller: Caller, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the name of each company of ``ids``, in one question to Nexus."""
    wanted = set(ids)
    try:
        rows = directory.companies_by_id(caller, wanted) if wanted else {}
    except (NexusRefused, NexusUnavailable):
        rows = {}
    return {key: str(rows[key]["name"]) if key in rows else UNKNOWN for key in wanted}


def choices(caller: Caller) -> list[tuple[str, str]]:
    """Return id and name of every company, for a form. Raises NexusRefused, NexusUnavailable."""
    rows = directory.iter_companies(caller, fields="id,name", ordering="name")
    return [(row["id"], row["name"]) for row in rows]


def exists(caller: Caller, company_id: uuid.UUID) -> bool:
    """Tell whether the caller may know of this company. Raises NexusUnavailable."""
    try:
        return company_id in directory.companies_by_id(caller, [company_id])
    except NexusRefused:
        return False
