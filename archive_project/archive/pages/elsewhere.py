"""Where a company is found in the other services, and where it is found here from there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hm_auth import registry
from hm_auth.addresses import start_url
from hm_auth.conf import conf
from hm_auth.requests import PersonRequest

# The page of a company by its id, in the services that have one.
PAGES = {"nexus": "/companies/", "treasury": "/clients/"}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The company's page in another service; ``url`` signs the reader in on the way."""

    name: str
    icon: str
    url: str


def pages_of(request: PersonRequest, company_id: uuid.UUID | None) -> list[Elsewhere]:
    """Return the pages this person may open, from the list of modules; none if none are known."""
    if company_id is None or request.user.claims is None:
        return []
    return [
        Elsewhere(
            name=module.name,
            icon=module.icon or "box",
            url=start_url(
                module.url,
                from_client=conf.client_id,
                next_path=f"{PAGES[module.client_id]}{company_id}",
            ),
        )
        for module in registry.menu(request.user.claims, request.caller.token)
        if module.client_id in PAGES
    ]
