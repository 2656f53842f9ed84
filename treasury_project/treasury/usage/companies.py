"""What Nexus calls the companies whose usage is shown or imported."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from treasury.usage.intake.rows import Companies

FIELDS = "id,name,account_number"


def names(caller: Caller, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names by id; without Nexus none is known."""
    wanted = set(ids)
    if not wanted:
        return {}
    try:
        found = directory.companies_by_id(caller, wanted)
    except (NexusUnavailable, NexusRefused):
        return {}
    return {key: str(row.get("name", "")) for key, row in found.items()}


def every_company(caller: Caller) -> Companies:
    """Return all companies, to find those that rows name. Raises NexusUnavailable, NexusRefused."""
    rows = directory.iter_companies(caller, include_archived="true", fields=FIELDS)
    return Companies(rows)
