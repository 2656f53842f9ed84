"""The names of companies' spaces, which are Nexus's."""

from __future__ import annotations

from archive.spaces.models import Space
from hm_auth import directory
from hm_auth.answers import Caller


def follow(*, caller: Caller) -> int:
    """Give each company's space the name Nexus knows by now; return how many changed.

    Addresses stay, so that links do. A company Nexus does not know any more keeps its name here.
    Raises NexusRefused and NexusUnavailable.
    """
    spaces = list(Space.objects.exclude(company_id=None))
    known = directory.companies_by_id(
        caller, [space.company_id for space in spaces if space.company_id]
    )
    changed = 0
    for space in spaces:
        name = known[space.company_id]["name"] if space.company_id in known else space.name
        if name != space.name:
            changed += Space.objects.filter(pk=space.pk).update(name=name)
    return changed
