"""A PostgreSQL that asks for passwords, and a database on it for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.databases import Server
from deploy.local.postgres import Postgres
from tests.hm_auth.service_machine import PASSWORD, Machine


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of ``./hm test``, or one of our own: it must check passwords."""
    if server := Server.from_environment():
        yield server
        return
    with Postgres(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, postgres: Server) -> Iterator[Machine]:
    name = f"hm_service_{os.getpid()}"
    postgres.ensure(name, PASSWORD)
    yield Machine(tmp_path / "instance", postgres, name)
    postgres.drop(name)
