"""Who wrote the demo's articles; ids of companies and people follow from names, as in Nexus."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hm_auth.models import User

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the demo; ``number`` is the account number of a client's company."""

    username: str
    name: str
    level: str
    number: str = ""


PEOPLE = (
    Somebody("tech", "Theo Lindqvist", "technician"),
    Somebody("admin", "Alma Reyes", "admin"),
    Somebody("billing", "Bea Okafor", "billing"),
    Somebody("acme", "Nora Byrne", "client", "C-1001"),
    Somebody("globex", "James Ashworth", "client", "C-1002"),
    # They work here, too; the demo has no accounts for them in Nexus.
    Somebody("mira", "Mira Novák", "technician"),
    Somebody("tomasz", "Tomasz Zieliński", "technician"),
)
WRITERS = ("tech", "mira", "admin", "tomasz")


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row in Nexus, such as ``demo_id("company", "C-1001")``."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


def load_people() -> dict[str, User]:
    """Return everybody by username; they have rows here as if they had signed in once."""
    people = {each.username: _user(each) for each in PEOPLE}
    User.objects.bulk_create(people.values(), ignore_conflicts=True)
    return people


def _user(who: Somebody) -> User:
    user = User(
        id=demo_id("user", who.username), username=who.username, display_name=who.name,
        permission_level=who.level,
    )  # fmt: skip
    user.company_id = demo_id("company", who.number) if who.number else None
    return user
