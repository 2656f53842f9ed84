"""The Nexus that Treasury asks, and a database that several threads may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from hm_auth import nexus as hm_nexus
from hm_auth.client import NexusClient
from hm_auth.keys import KeyStore, Verifier
from tests.hm_auth.fake_nexus import CLIENT, ISSUER, FakeNexus, company
from tests.treasury.callers import Caller
from tests.treasury.people import ACME, GLOBEX


@pytest.fixture(scope="session")
def nexus_server() -> FakeNexus:
    return FakeNexus()


@pytest.fixture
def nexus(nexus_server, settings, monkeypatch) -> Iterator[FakeNexus]:
    """Nexus, up, and knowing Acme and Globex."""
    nexus_server.reset()
    nexus_server.companies = [
        company("Acme", id=str(ACME), legal_name="Acme Ltd", tax_id="IE6388047V"),
        company("Globex", id=str(GLOBEX), account_number="C-1002"),
    ]
    cache.clear()
    settings.HM_AUTH = {
        **settings.HM_AUTH,
        "NEXUS_URL": nexus_server.url,
        "NEXUS_PUBLIC_URL": ISSUER,
        "ISSUER": ISSUER,
        "CLIENT_ID": CLIENT[0],
        "CLIENT_SECRET": CLIENT[1],
    }
    client = NexusClient()
    monkeypatch.setattr(hm_nexus, "client", client)
    monkeypatch.setattr(hm_nexus, "verifier", Verifier(KeyStore(client.jwks)))
    yield nexus_server
    cache.clear()


@pytest.fixture
def callers(nexus) -> dict[str, Caller]:
    """Everybody who has a token: people of each level, the outsider, and modules."""
    people = {
        "admin": nexus.access("admin"),
        "billing": nexus.access("billing"),
        "tech": nexus.access("tech"),
        "acme": nexus.access("acme", company=str(ACME)),
        "globex": nexus.access("globex", company=str(GLOBEX)),
        "reader": nexus.service_token(scope="billing:read", sub="bi", client_id="bi"),
        "writer": nexus.service_token(
            scope="billing:read billing:write", sub="bank", client_id="bank"
        ),
        "rmm": nexus.service_token(scope="usage:write", sub="rmm", client_id="rmm"),
    }
    return {name: Caller(token) for name, token in people.items()}


@pytest.fixture
def several_threads(transactional_db) -> Iterator[None]:
    """Transactions that are really committed; what was issued is removed with the triggers off."""
    yield
    tables = (
        *("payments_allocation", "payments_payment", "payments_refund", "dunning_notice"),
        *("invoices_invoiceline", "invoices_invoice"),
    )
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
