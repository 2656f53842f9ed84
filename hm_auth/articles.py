"""The articles about a company, which Archive tells and other services show beside their own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from hm_auth.addresses import is_own_path, start_url
from hm_auth.answers import Caller
from hm_auth.client import Peer
from hm_auth.exceptions import PeerUnavailable
from hm_auth.registry import Module
from hm_auth.ui.partials import render_page_or_part

ARCHIVE = "archive"
SHOWN = 6
FIELDS = "name,url,kind,updated_at"


@dataclass(frozen=True, slots=True)
class Row:
    """An article; ``url`` signs its reader in on the way."""

    title: str
    url: str
    kind: str
    updated_at: datetime | None


def about_company(
    archive: Module, company_id: uuid.UUID, *, caller: Caller, from_client: str
) -> list[Row]:
    """Return the latest articles about the company that ``caller`` may read.

    Raises PeerUnavailable when Archive does not answer soon, or not as it should.
    """
    filters = {
        "company": str(company_id), "limit": str(SHOWN), "ordering": "-updated_at",
        "fields": FIELDS,
    }  # fmt: skip
    body = _peer(archive.url).get("/api/articles/", filters, caller=caller)
    rows = body.get("results") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise PeerUnavailable("Archive answered something that is no list of articles")
    found = [_row(archive, row, from_client) for row in rows if isinstance(row, Mapping)]
    return [row for row in found if row is not None]


def render_panel(
    request: HttpRequest, archive: Module | None, company_id: uuid.UUID, *,
    caller: Caller | None, from_client: str, back: tuple[str, str],
) -> HttpResponse:  # fmt: skip
    """Render the panel for htmx, or a page with it for whoever comes without JavaScript.

    ``archive`` is None when there is none, or none for this person; ``back`` is the label and
    address of the page it belongs to. Archive being away is said in the panel, never an error.
    """
    context: dict[str, Any] = {"archive": archive, "back": back}
    if archive is not None and caller is not None:
        context["all_url"] = start_url(
            archive.url, from_client=from_client, next_path=f"/companies/{company_id}"
        )
        try:
            context["articles"] = about_company(
                archive, company_id, caller=caller, from_client=from_client
            )
        except PeerUnavailable:
            context["silent"] = True
    return render_page_or_part(request, "hm/articles.html", "hm/parts/articles.html", context)


@lru_cache(maxsize=8)
def _peer(url: str) -> Peer:
    """Return the one connection to a module, which remembers whether it answered."""
    return Peer(url)


def _row(archive: Module, row: Mapping[str, Any], from_client: str) -> Row | None:
    path = str(row.get("url", "")).removeprefix(archive.url)
    if not is_own_path(path):  # an address that leads elsewhere is not shown
        return None
    return Row(
        title=str(row.get("name", "")),
        url=start_url(archive.url, from_client=from_client, next_path=path),
        kind=str(row.get("kind", "")),
        updated_at=_instant(row.get("updated_at")),
    )


def _instant(value: Any) -> datetime | None:
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
