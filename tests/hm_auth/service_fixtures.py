"""A PostgreSQL that asks for passwords, and a database on it for each test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.databases import Server
from deploy.local.postgres import Postgres
from tests.hm_auth.service_machine import PASSWORD, Machine


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of ``./hm test``, or one of our own: it must check passwords."""
    if server := Server.from_environment():
        yield server
        return
    with tempfile.TemporaryDirectory(prefix="hm-postgres-") as folder:
        Path(folder).chmod(0o755)  # for the account it runs as when root runs the tests
        with Postgres(Path(folder), throwaway=True) as server:
            yield server


@pytest.fixture(scope="module")
def lasting_machine(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server
) -> Iterator[Machine]:
    """One for all tests of a file, which leave it as it was."""
    name = f"hm_lasting_{os.getpid()}"
    postgres.ensure(name, PASSWORD)
    yield Machine(tmp_path_factory.mktemp("instance"), postgres, name)
    postgres.drop(name)


@pytest.fixture
def machine(tmp_path: Path, postgres: Server) -> Iterator[Machine]:
    name = f"hm_service_{os.getpid()}"
    postgres.ensure(name, PASSWORD)
    yield Machine(tmp_path / "instance", postgres, name)
    postgres.drop(name)
