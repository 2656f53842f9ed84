"""What a module may be given: the scopes of service tokens, and how an address must look."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

#: What a module may do for itself at night, with nobody signed in.
SCOPES = MappingProxyType(
    {
        "directory:read": "Read every company, contact and location.",
        "directory:write": "Change companies, contacts and locations.",
        "users:read": "Read the names and levels of users.",
        "billing:read": "Read agreements, invoices, payments, usage and reports of Treasury.",
        "billing:write": "Issue and send invoices, record payments, change agreements in Treasury.",
        "usage:write": "Push devices, readings and work into Treasury (RMM, ticket system).",
    }
)

#: How a module's address looks: no query, no final slash, so that a path can be put behind it.
URL_PATTERN = r"^https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?$"


def unknown_scopes(scopes: Collection[str]) -> list[str]:
    """Return those of ``scopes`` that no endpoint knows, sorted."""
    return sorted(set(scopes) - set(SCOPES))
