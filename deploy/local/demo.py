"""``./hm demo [--reset]``: all services with demo data, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local import preflight
from deploy.local.console import Problem, colour, run, say
from deploy.local.paths import DEMO, POSTGRES, ROOT
from deploy.local.postgres import Postgres
from deploy.local.process import Listener
from deploy.local.services import SERVICES, Service
from deploy.local.stack import Stack

# The accounts nexus/demo makes; they exist in the demo only.
PASSWORD = "hivematrix-demo"  # noqa: S105 - published on purpose
ACCOUNTS = (
    ("admin", "administrator: everything"),
    ("tech", "technician: the directory, articles"),
    ("billing", "billing clerk: the directory, invoices"),
    ("acme", "a client, of Acme Manufacturing"),
    ("globex", "a client, of Globex Logistics"),
)
_PROBLEM = re.compile(r"\b(ERROR|CRITICAL)\b|^Traceback ")


def demo(*, reset: bool) -> None:
    """Run the demo until it is stopped. Raises Problem."""
    with _only_one():
        if problem := preflight.used_port():
            raise Problem(problem)
        postgres = Postgres(POSTGRES)
        if reset:
            say("Deleting the demo's data")
            postgres.stop()
            shutil.rmtree(POSTGRES, ignore_errors=True)
            shutil.rmtree(DEMO, ignore_errors=True)
        try:
            _serve(postgres)
        except KeyboardInterrupt:
            say("Stopped.")


def _serve(postgres: Postgres) -> None:
    say("Starting PostgreSQL")
    ports = {service.name: service.port for service in SERVICES}
    with (
        postgres as server,
        Stack(
            demo=True, folder=DEMO, server=server, ports=ports, report=say, listener=_listener
        ) as stack,
        _calm_end(),
    ):
        _welcome()
        while not (dead := stack.dead()):
            time.sleep(0.3)
        raise dead.death()


@contextmanager
def _calm_end() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        # Once is enough: a second Ctrl-C would leave services behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("\nStopping the services and PostgreSQL")
        raise


def _welcome() -> None:
    say()
    say(colour("HiveMatrix is running.", "1"))
    say()
    for service in SERVICES:
        say(f"  {service.title:<9} http://127.0.0.1:{service.port}   {service.description}")
    say()
    say(f"Sign in with one of these accounts, password {PASSWORD}:")
    say()
    for name, role in ACCOUNTS:
        say(f"  {name:<9} {role}")
    say()
    say(f"Mails appear here; the logs are in {DEMO.relative_to(ROOT)}/. Ctrl-C stops everything.")
    say()


def _listener(service: Service) -> Listener:
    """Return what shows a service's mails (its standard output) and problems on the terminal."""
    log = DEMO.relative_to(ROOT) / f"{service.name}.log"

    def hear(line: str, is_error: bool) -> None:
        if not is_error:
            say(f"{service.title} | {line}")
        elif _PROBLEM.search(line):
            say(colour(f"{service.title} | {line}  (more in {log})", "33"))

    return hear


@contextmanager
def _only_one() -> Iterator[None]:
    DEMO.mkdir(parents=True, exist_ok=True)
    with preflight.DEMO_LOCK.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(preflight.RUNNING) from None
        yield


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point of ``./hm demo``."""
    parser = argparse.ArgumentParser(prog="./hm demo", description="Run HiveMatrix with demo data.")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data first")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    demo(reset=options.reset)


if __name__ == "__main__":
    run(main)
