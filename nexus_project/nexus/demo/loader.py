"""Turn the invented clients into rows; each id follows from an account number and never changes."""

from __future__ import annotations

import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from string import ascii_lowercase

from django.contrib.auth.hashers import make_password
from django.db import transaction

from nexus.accounts.models import User
from nexus.demo.clients import Client, read_clients
from nexus.demo.people import POOLS
from nexus.directory.models import Company, Contact, Location

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")
PASSWORD = "hivematrix-demo"  # noqa: S105 - printed by ./hm demo, which listens on 127.0.0.1 only
STAFF = (
    ("admin", "Alma Reyes", "admin"),
    ("tech", "Theo Lindqvist", "technician"),
    ("billing", "Bea Okafor", "billing"),
)
CLIENT_USERS = {"C-1001": "acme", "C-1002": "globex"}  # each is the first contact of the company
ROLES = (["primary"], ["billing"], ["technical"])
NOT_DECOMPOSED = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Þ": "Th", "þ": "th"}
)
LEFT = date(2025, 6, 1)
STARTS = date(2027, 1, 4)


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row, such as ``demo_id("company", "C-1001")``."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


@transaction.atomic
def load() -> bool:
    """Write the demo data; False when it is there already (nothing is touched then)."""
    clients = read_clients()
    if Company.objects.filter(pk=demo_id("company", clients[0].account_number)).exists():
        return False
    Company.objects.bulk_create([_company(client) for client in clients])
    Location.objects.bulk_create([row for client in clients for row in _locations(client)])
    contacts = list(_contacts(clients))
    User.objects.bulk_create(_users(contacts))
    Contact.objects.bulk_create(contacts)
    return True


def _company(client: Client) -> Company:
    number = client.account_number
    return Company(
        id=demo_id("company", number),
        account_number=number,
        name=client.name,
        legal_name=client.legal_name,
        tax_id=client.tax_id,
        status=client.status,
        domains=client.domains,
        phone=_phone(f"company:{number}"),
        website=f"https://www.{client.domains[0]}",
        tags=sorted(client.tags),
        notes=client.notes,
        external_ids=client.external_ids,
        primary_contact_id=demo_id("contact", f"{number}:0"),
        billing_contact_id=demo_id("contact", f"{number}:1"),
        created_at=datetime.combine(client.since, time(9), UTC),
    )


def _locations(client: Client) -> Iterable[Location]:
    for index, place in enumerate(client.places):
        name = f"{client.account_number}:{index}"
        yield Location(
            id=demo_id("location", name),
            company_id=demo_id("company", client.account_number),
            name=place.name,
            line1=place.line1,
            city=place.city,
            region=place.region,
            postal_code=place.postal_code,
            country=place.country,
            phone=_phone(f"location:{name}") if place.country == "IE" else "",
            is_default=index == 0,
            created_at=datetime.combine(client.since, time(9), UTC),
        )


def _contacts(clients: Iterable[Client]) -> Iterable[Contact]:
    met: Counter[str] = Counter()  # how many people of each name pool have been dealt out
    for client in clients:
        addresses: set[str] = set()
        for index in range(client.staff):
            pool = client.people[index % len(client.people)]
            (first, first_latin), (last, last_latin) = POOLS[pool].person(met[pool])
            met[pool] += 1
            address = _address(client, first_latin, last_latin, addresses)
            addresses.add(address)
            yield _contact(client, index, first, last, address)


def _contact(client: Client, index: int, first: str, last: str, address: str) -> Contact:
    number = client.account_number
    name = f"{number}:{index}"
    user = CLIENT_USERS.get(number) if index == 0 else None
    gone = index % 11 == 10 or (client.status == "former" and index > 2)
    return Contact(
        id=demo_id("contact", name),
        company_id=demo_id("company", number),
        location_id=demo_id("location", f"{number}:{index % len(client.places)}"),
        first_name=first,
        last_name=last,
        title=client.title(index),
        emails=[address, f"info@{client.domains[0]}"] if index == 2 else [address],
        phones=[_phone(f"contact:{name}")] if index % 3 != 2 else [],
        roles=ROLES[index] if index < len(ROLES) else [],
        vip=index == 0 and "gold" in client.tags,
        active_from=client.since if index < 3 else STARTS if index % 19 == 18 else None,
        active_until=LEFT if gone else None,
        notes="Prefers to be rung before ten." if index % 13 == 5 else "",
        user_id=demo_id("user", user) if user else None,
        created_at=datetime.combine(client.since, time(9), UTC),
    )


def _users(contacts: Iterable[Contact]) -> Iterable[User]:
    password = make_password(PASSWORD)  # hashed once: the five accounts share it knowingly
    for username, full_name, level in STAFF:
        yield User(
            id=demo_id("user", username),
            username=username,
            email=f"{full_name.split()[0].lower()}@msp.example",
            full_name=full_name,
            permission_level=level,
            password=password,
        )
    usernames = {demo_id("user", username): username for username in CLIENT_USERS.values()}
    for contact in contacts:
        if contact.user_id:
            yield User(
                id=contact.user_id,
                username=usernames[contact.user_id],
                email=contact.emails[0],
                full_name=contact.full_name,
                permission_level="client",
                company_id=contact.company_id,
                password=password,
            )


def _address(client: Client, first: str, last: str, taken: set[str]) -> str:
    parts = {"first": _plain(first), "last": _plain(last), "initial": _plain(first)[0]}
    for style in (client.address_style, "{first}.{last}"):
        address = f"{style.format(**parts)}@{client.domains[0]}"
        if address not in taken:
            return address
    return f"{parts['first']}.{parts['last']}{len(taken)}@{client.domains[0]}"


def _plain(name: str) -> str:
    """Fold a name to what an address keeps of it: ``Söhne`` to ``sohne``."""
    folded = unicodedata.normalize("NFKD", name.translate(NOT_DECOMPOSED)).lower()
    return "".join(char for char in folded if char in ascii_lowercase or char == "-")


def _phone(name: str) -> str:
    """Return a number of the range kept free for fiction in Ireland (020 91x xxxx)."""
    digits = uuid.uuid5(NAMESPACE, f"phone:{name}").int % 100_000
    return f"+353 20 91{digits // 10_000} {digits % 10_000:04d}"
