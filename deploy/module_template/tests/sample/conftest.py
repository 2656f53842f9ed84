"""The five personas, a Nexus that knows their companies, and an item of each company."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache

from hm_auth.permissions import Level
from hm_auth.testing import NexusDouble, Person, VerifierDouble, signed_in
from sample.items import operations
from sample.items.models import Item

ACME = uuid.UUID("00000000-0000-4000-8000-00000000ac3e")
GLOBEX = uuid.UUID("00000000-0000-4000-8000-000000091ebe")
PEOPLE = ("admin", "technician", "billing", "acme", "globex")


@pytest.fixture(autouse=True)
def nexus(monkeypatch) -> NexusDouble:
    """Nexus, up, and knowing Acme and Globex. No test asks a real one."""
    double = NexusDouble({ACME: "Acme Manufacturing", GLOBEX: "Globex Logistics"})
    monkeypatch.setattr("hm_auth.nexus.client", double)
    cache.clear()
    return double


@pytest.fixture
def people(db) -> dict[str, Person]:
    """Everybody there is; Globex's client is the outsider to what is Acme's."""
    return {
        "admin": signed_in(Level.ADMIN),
        "technician": signed_in(Level.TECHNICIAN, name="Theo"),
        "billing": signed_in(Level.BILLING),
        "acme": signed_in(Level.CLIENT, company=ACME),
        "globex": signed_in(Level.CLIENT, company=GLOBEX),
    }


@pytest.fixture(params=PEOPLE)
def who(request) -> str:
    """Each of the people in turn."""
    return request.param


@pytest.fixture
def tokens(people, monkeypatch) -> None:
    """``Authorization: Bearer acme`` is Acme's client, and so on."""
    monkeypatch.setattr("hm_auth.nexus.verifier", VerifierDouble(people))


@pytest.fixture
def items(people) -> dict[str, Item]:
    """An item of Acme and one of Globex."""
    return {
        name: operations.create(
            item=Item(company_id=company, title=f"Printer of {name}"), by=people["technician"].user
        )
        for name, company in (("acme", ACME), ("globex", GLOBEX))
    }
