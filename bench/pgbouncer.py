"""PgBouncer in transaction mode in front of a Stack's PostgreSQL: Debian's ``pgbouncer``."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from deploy.local.ports import free_port

POOL = 5  # connections to PostgreSQL for each database

INI = """[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
"""


@contextmanager
def in_front_of(server: int, passwords: Path) -> Iterator[dict[str, str]]:
    """Give the settings with which a service goes through the pooler.

    ``server`` is the port of PostgreSQL, ``passwords`` the ``secrets.json`` of the Stack.
    """
    with tempfile.TemporaryDirectory() as made:
        folder, port = Path(made), free_port()
        names = json.loads(passwords.read_text())
        users = "".join(f'"{name}" "{password}"\n' for name, password in names.items())
        (folder / "users").write_text(users)
        text = INI.format(server=server, port=port, folder=folder, pool=POOL)
        (folder / "pgbouncer.ini").write_text(text)
        folder.chmod(0o755)
        account = {"user": pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {}
        command = ["/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, **account) as pooler:  # type: ignore[call-overload]
            time.sleep(1)
            try:
                yield {"HM_DB_PORT": str(port), "HM_DB_POOLED": "true"}
            finally:
                pooler.terminate()


def connections(server: int, password: str) -> int:
    """Return how many connections of services PostgreSQL holds just now."""
    connection = psycopg2.connect(
        host="127.0.0.1", port=server, user="postgres", password=password, dbname="postgres"
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND usename <> 'postgres'"
        )
        (count,) = cursor.fetchone() or (0,)
    connection.close()
    return int(count)
