"""The items of ``./hm demo``, written the way people write them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from hm_auth.models import User
from sample.items import operations
from sample.items.models import Item, State

# The ids of the demo's companies and people follow from their names, as Nexus makes them.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")
ITEMS = (  # company, title, days from today until due, state
    ("C-1001", "Replace the battery of the UPS", -3, State.OPEN),
    ("C-1001", "Quote for two more workstations", 10, State.OPEN),
    ("C-1001", "Renew the firewall licence", -40, State.DONE),
    ("C-1002", "Label the new switch ports", None, State.OPEN),
    ("C-1002", "Set up scanning to e-mail", 1, State.OPEN),
)


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row in Nexus, such as ``demo_id("company", "C-1001")``."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


def load() -> int:
    """Write the demo's items and return how many; 0 when there are any already."""
    if Item.objects.exists():
        return 0
    by = User(id=demo_id("user", "tech"), username="tech", display_name="Theo Lindqvist")
    today = timezone.localdate()
    for company, title, days, state in ITEMS:
        due = None if days is None else today + timedelta(days=days)
        item = Item(company_id=demo_id("company", company), title=title, due=due, state=state)
        operations.create(item=item, by=by)
    return len(ITEMS)
