"""Reading the directory of Nexus: one page, all pages, or many rows by id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hm_auth import nexus
from hm_auth.answers import Answer, Caller
from hm_auth.exceptions import NexusUnavailable

COMPANIES = "/api/companies/"
CONTACTS = "/api/contacts/"
LOCATIONS = "/api/locations/"
USERS = "/api/users/"
LARGEST_PAGE = 500  # of Nexus's API, for ``limit`` and for ``id__in``

Row = Mapping[str, Any]


def companies(caller: Caller, **filters: str) -> Answer:
    """Return one page, ``{next, previous, results}``, with the filters of Nexus's API.

    Raises NexusRefused, NexusUnavailable.
    """
    return nexus.client.get(COMPANIES, filters, caller=caller)


def iter_companies(caller: Caller, **filters: str) -> Iterator[Row]:
    """Yield every company the caller may see, page after page. Raises as ``companies``."""
    return _rows(COMPANIES, caller, filters)


def iter_contacts(caller: Caller, **filters: str) -> Iterator[Row]:
    """Yield every contact the caller may see, page after page. Raises as ``companies``."""
    return _rows(CONTACTS, caller, filters)


def iter_locations(caller: Caller, **filters: str) -> Iterator[Row]:
    """Yield every address the caller may see, page after page. Raises as ``companies``."""
    return _rows(LOCATIONS, caller, filters)


def companies_by_id(caller: Caller, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Row]:
    """Return the companies of these ids that the caller may see, archived ones included.

    Raises as ``companies``.
    """
    found: dict[uuid.UUID, Row] = {}
    for chunk in _chunks(sorted(set(ids))):
        filters = {
            "id__in": ",".join(map(str, chunk)),
            "include_archived": "true",
            "limit": str(LARGEST_PAGE),
        }
        for row in iter_companies(caller, **filters):
            found[uuid.UUID(row["id"])] = row
    return found


def users_by_id(caller: Caller, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Row]:
    """Return the people of these ids as they are now; a service needs the scope ``users:read``.

    Never from memory: who was disabled or moved to another company an hour ago must not get mail
    of before. Raises as ``companies``.
    """
    found: dict[uuid.UUID, Row] = {}
    for chunk in _chunks(sorted(set(ids))):
        filters = {"id__in": ",".join(map(str, chunk)), "limit": str(LARGEST_PAGE)}
        answer = nexus.client.get(USERS, filters, caller=caller)
        if answer.stale:
            raise NexusUnavailable("Nexus does not say who may read what now.")
        found |= {uuid.UUID(row["id"]): row for row in answer.data["results"]}
    return found


def next_filters(address: str) -> dict[str, str]:
    """Return the filters in a ``next`` link; never its host: our token goes to Nexus only."""
    return dict(parse_qsl(urlsplit(address).query))


def _rows(path: str, caller: Caller, filters: Mapping[str, str]) -> Iterator[Row]:
    first = {"limit": str(LARGEST_PAGE), **filters}
    page = nexus.client.get(path, first, caller=caller).data
    yield from page["results"]
    while following := page["next"]:
        page = nexus.client.get(path, next_filters(following), caller=caller).data
        yield from page["results"]


def _chunks(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    rest = iter(ids)
    while chunk := list(islice(rest, LARGEST_PAGE)):
        yield chunk
