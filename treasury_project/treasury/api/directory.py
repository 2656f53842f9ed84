"""Who companies and contacts are, asked of Nexus for the caller of the API."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from hm_auth import directory, nexus
from hm_auth.answers import Caller


def caller_of(request: Request) -> Caller:
    """Return who asks Nexus: the person; for a module Treasury itself, since the module's scopes
    are about Treasury.
    """
    if getattr(request.user, "scopes", None) is not None:
        return nexus.client.service_caller()
    asker: Caller = request._request.caller  # type: ignore[attr-defined]  # noqa: SLF001 - of the token or the session
    return asker


def company(request: Request, pk: uuid.UUID, field: str = "company") -> Mapping[str, Any]:
    """Return the company as Nexus knows it today. Raises ValidationError on ``field``."""
    found = directory.companies_by_id(caller_of(request), [pk])
    if pk not in found:
        raise ValidationError({field: ["Nexus knows no such company."]})
    return found[pk]


def contact(request: Request, company_id: uuid.UUID, pk: uuid.UUID) -> Mapping[str, Any]:
    """Return a contact of that company. Raises ValidationError on ``contact``."""
    for person in directory.iter_contacts(caller_of(request), company=str(company_id)):
        if person["id"] == str(pk):
            return person
    raise ValidationError({"contact": ["Nexus knows no such contact of this company."]})
