"""A module with a browser-like client, and the Nexus it talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from hm_auth import nexus as connection
from hm_auth.client import NexusClient
from hm_auth.keys import KeyStore, Verifier
from hm_auth.models import Session
from tests.hm_auth.fake_nexus import PASSWORD, FakeNexus


@pytest.fixture(scope="session")
def nexus_server() -> FakeNexus:
    return FakeNexus()


@pytest.fixture
def nexus(nexus_server, settings, monkeypatch) -> Iterator[FakeNexus]:
    """Nexus, up and empty; this process has not heard of it yet."""
    nexus_server.reset()
    cache.clear()
    settings.HM_AUTH = {**settings.HM_AUTH, "NEXUS_URL": nexus_server.url}
    forget_nexus(monkeypatch)
    yield nexus_server
    cache.clear()


def forget_nexus(monkeypatch) -> None:
    """Begin as a process does that has just started."""
    client = NexusClient()
    monkeypatch.setattr(connection, "client", client)
    monkeypatch.setattr(connection, "verifier", Verifier(KeyStore(client.jwks)))


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def sign_in(nexus, db) -> Callable[..., Client]:
    """``sign_in("tech")`` returns the browser of somebody who has just signed in."""

    def sign_in_as(username: str, client: Client | None = None) -> Client:
        client = client or Client()
        answer = client.post("/auth/login", {"username": username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return sign_in_as


def token_expires_in(seconds: float) -> None:
    """Let every access token run out so many seconds from now."""
    Session.objects.update(access_expires_at=timezone.now() + timedelta(seconds=seconds))


def retry_is_due() -> None:
    """Let the pause after a failed refresh be over."""
    Session.objects.update(next_refresh_at=timezone.now() - timedelta(seconds=1))
