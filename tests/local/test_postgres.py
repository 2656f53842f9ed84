"""The embedded PostgreSQL, on a real server in a temporary folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from deploy.local.console import Problem
from deploy.local.postgres import Postgres
from deploy.local.services import EXTENSIONS


@pytest.fixture(scope="module")
def folder():
    path = Path(tempfile.mkdtemp(prefix="hm-postgres-"))  # pytest's own are closed to others
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def server(folder):
    with Postgres(folder / "postgres", throwaway=True) as running:
        running.ensure("one", "p%w'o @rd#", may_create=True)
        yield running


def ask(server, name: str, password: str, question: str):
    connection = psycopg2.connect(
        host="127.0.0.1", port=server.port, user=name, password=password, dbname="one"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()
    finally:
        connection.close()


def test_a_service_owns_its_database_and_is_no_superuser(server):
    question = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert ask(server, "one", "p%w'o @rd#", question) == [(False,)]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'one'"
    assert ask(server, "one", "p%w'o @rd#", owner) == [("one",)]


def test_the_extensions_are_there(server):
    found = {
        name for (name,) in ask(server, "one", "p%w'o @rd#", "SELECT extname FROM pg_extension")
    }
    assert set(EXTENSIONS) <= found


def test_two_that_want_the_same_database_at_once_get_it(server):
    for number in range(5):
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(server.ensure, [f"shared{number}"] * 4, ["secret"] * 4))
        assert sorted(made) == [False, False, False, True]


def test_another_service_may_not_enter(server):
    server.ensure("two", "two")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        ask(server, "two", "two", "SELECT 1")


def test_a_wrong_password_is_refused(server):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(server, "one", "wrong", "SELECT 1")


def test_ensuring_again_keeps_the_data_and_sets_the_password(server):
    assert server.ensure("three", "first") is True
    assert server.ensure("three", "second") is False
    server.drop("three")
    assert server.ensure("three", "third") is True


def test_the_superuser_password_is_for_the_owner_alone(folder, server):
    assert (folder / "postgres/superuser").stat().st_mode & 0o777 == 0o600


def test_data_survive_a_stop_and_a_second_start_takes_over_a_server_left_running(folder):
    one = Postgres(folder / "again", throwaway=True)
    with one as server:
        server.ensure("one", "one")
    server = Postgres(folder / "again", throwaway=True).__enter__()
    assert server.ensure("one", "one") is False
    with Postgres(folder / "again", throwaway=True) as server:
        assert server.ensure("one", "one") is False


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL changes its user only for root")
def test_a_clone_nobody_can_enter_is_one_sentence(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Problem, match="the user nobody cannot reach"):
        Postgres(closed / "postgres").__enter__()
