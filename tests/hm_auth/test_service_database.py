"""A connection that does not work is explained in words a person can act on."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from deploy.local.databases import Server
from hm_auth.service.database import Credentials, problem_with
from tests.hm_auth.service_machine import PASSWORD, Machine

pytest_plugins = ["tests.hm_auth.service_fixtures"]


@pytest.fixture
def credentials(machine: Machine) -> Credentials:
    name = machine.database
    return Credentials("127.0.0.1", machine.server.port, name, name, PASSWORD)


def test_a_database_of_ones_own_is_accepted(credentials: Credentials) -> None:
    assert problem_with(credentials) == ""


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.strip(), PASSWORD + " "])
def test_a_wrong_password_is_named(credentials: Credentials, password: str) -> None:
    problem = problem_with(replace(credentials, password=password))
    assert "password" in problem
    assert credentials.user in problem
    assert "hm_service" in problem


def test_an_unknown_user_is_taken_for_a_wrong_password_as_the_server_does(
    credentials: Credentials,
) -> None:
    assert "nobody_here" in problem_with(replace(credentials, user="nobody_here"))


def test_a_missing_database_comes_with_the_command_that_makes_it(credentials: Credentials) -> None:
    problem = problem_with(replace(credentials, name="not_there"))
    assert f"createdb -O {credentials.user} not_there" in problem


def test_a_server_that_is_not_running_is_named(credentials: Credentials) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        problem = problem_with(replace(credentials, port=port))
    assert f"Nothing answers at 127.0.0.1, port {port}" in problem


def test_an_unknown_host_is_named(credentials: Credentials) -> None:
    problem = problem_with(replace(credentials, host="no-such-host.invalid"))
    assert "no-such-host.invalid is not known" in problem


def test_another_ones_database_is_refused(credentials: Credentials, postgres: Server) -> None:
    assert "postgres" in problem_with(replace(credentials, name="postgres"))


@pytest.mark.parametrize("password", ["with\x00nul", "\udcff"])
def test_an_impossible_password_is_no_stack_trace(credentials: Credentials, password: str) -> None:
    assert problem_with(replace(credentials, password=password))


def test_the_password_is_not_printed(credentials: Credentials) -> None:
    assert PASSWORD not in repr(credentials)
