"""Who may do what: one table from capability to permission levels.

Levels are not a ladder (billing is not above technician), so a view never compares levels;
it asks for a capability. A module of your own adds its rows with ``HM_AUTH["CAPABILITIES"]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """The permission level of a person, kept in Nexus."""

    ADMIN = "admin"
    TECHNICIAN = "technician"
    BILLING = "billing"
    CLIENT = "client"


STAFF = frozenset({Level.ADMIN, Level.TECHNICIAN, Level.BILLING})
EVERYONE = frozenset(Level)
BILLING = frozenset({Level.ADMIN, Level.BILLING})
ADMIN_ONLY = frozenset({Level.ADMIN})

CAPABILITIES: Mapping[str, frozenset[Level]] = MappingProxyType(
    {
        # Everybody signed in.
        "account.own": EVERYONE,
        "modules.view": EVERYONE,
        # The directory in Nexus. A client sees the row of their own company only (``visible_to``).
        "directory.view": EVERYONE,
        "directory.internal": STAFF,  # notes, external ids, VIP marks, other companies
        "directory.manage": ADMIN_ONLY,
        "users.view": STAFF,
        "users.manage": ADMIN_ONLY,
        "modules.manage": ADMIN_ONLY,
        # The modules.
        "treasury.open": EVERYONE,
        "invoices.view": frozenset({Level.ADMIN, Level.BILLING, Level.CLIENT}),
        "invoices.internal": BILLING,  # drafts, and the invoices of every company
        "invoices.issue": BILLING,
        "invoices.send": BILLING,
        "statements.view": frozenset({Level.ADMIN, Level.BILLING, Level.CLIENT}),
        "payments.view": BILLING,
        "payments.manage": BILLING,
        "agreements.view": BILLING,
        "agreements.manage": BILLING,
        "usage.own": frozenset({Level.ADMIN, Level.BILLING, Level.CLIENT}),  # and hours left
        "usage.view": STAFF,
        "usage.manage": STAFF,  # devices and work are what technicians know
        "reports.view": BILLING,
        "treasury.settings": ADMIN_ONLY,  # the seller, taxes, policies, webhooks
        "archive.open": EVERYONE,
        "archive.internal": STAFF,  # every space, history, the trash
        "archive.write": frozenset({Level.ADMIN, Level.TECHNICIAN}),
        "archive.manage": ADMIN_ONLY,  # types of records, webhooks
    }
)

# What a module acting for itself needs for what a person does by level. A capability that is
# not here is for people only; one with ANY_MODULE needs no scope.
ANY_MODULE = ""
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "modules.view": ANY_MODULE,
        "directory.view": "directory:read",
        "directory.internal": "directory:read",
        "directory.manage": "directory:write",
        "users.view": "users:read",
        "usage.manage": "usage:write",
        **dict.fromkeys(
            (
                *("agreements.view", "invoices.view", "invoices.internal", "payments.view"),
                *("reports.view", "statements.view", "usage.view"),
            ),
            "billing:read",
        ),
        **dict.fromkeys(
            ("agreements.manage", "invoices.issue", "invoices.send", "payments.manage"),
            "billing:write",
        ),
    }
)


def allows(
    level: str | None,
    capability: str,
    extra: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> bool:
    """Tell whether ``level`` has ``capability``.

    Raises KeyError for a capability nobody declared: a typing mistake must not deny silently.
    """
    levels = extra[capability] if capability in extra else CAPABILITIES[capability]
    return level is not None and level in {str(item) for item in levels}
