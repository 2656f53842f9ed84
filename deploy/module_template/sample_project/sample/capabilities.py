"""Who may do what here: from capability to permission levels. Views ask for a capability."""

from __future__ import annotations

from hm_auth.permissions import EVERYONE, STAFF, Level

OPEN = "sample.open"  # the pages and the API; clients see the rows of their own company
INTERNAL = "sample.internal"  # the rows of every company
WRITE = "sample.write"

CAPABILITIES = {
    OPEN: EVERYONE,
    INTERNAL: STAFF,
    WRITE: frozenset({Level.ADMIN, Level.TECHNICIAN}),
}
