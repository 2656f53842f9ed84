"""What backup and restore need to see of a service's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import sql

from deploy.local.console import Problem
from hm_auth.service.config import Config
from hm_auth.service.database import Credentials, problem_with

_TABLES = """
    SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2"""


def of_config(config: Config) -> Credentials:
    """Return the database a configuration names."""
    return Credentials(
        host=config["DB_HOST"], port=config["DB_PORT"], name=config["DB_NAME"],
        user=config["DB_USER"], password=config["DB_PASSWORD"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """An open, read-only transaction: everything is seen as it was at one moment."""

    snapshot: str
    server_version: int  # major
    connection: Any

    def rows(self) -> dict[str, int]:
        """Return the number of rows of every table, ``schema.table``."""
        with self.connection.cursor() as cursor:
            return _rows(cursor)


def connect(credentials: Credentials) -> Any:
    """Return a connection. Raises Problem in plain words."""
    try:
        return psycopg2.connect(
            host=credentials.host, port=credentials.port, dbname=credentials.name,
            user=credentials.user, password=credentials.password, connect_timeout=5,
            application_name="hm keeping",
        )  # fmt: skip
    except psycopg2.OperationalError:
        raise Problem(
            problem_with(credentials) or "The database did not answer; try again."
        ) from None


@contextmanager
def looking(credentials: Credentials) -> Iterator[Look]:
    """Open a look at a database. Raises Problem."""
    connection = connect(credentials)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            # It waits while other databases are dumped, and counts large tables.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = str(cursor.fetchone()[0])
        yield Look(snapshot, connection.server_version // 10000, connection)
    finally:
        connection.close()


def rows(credentials: Credentials) -> dict[str, int]:
    """Return the number of rows of every table now. Raises Problem."""
    with looking(credentials) as look:
        return look.rows()


def tables(credentials: Credentials) -> dict[str, str]:
    """Return the owner of every table, ``schema.table``. Raises Problem."""
    with looking(credentials) as look, look.connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return {f"{schema}.{table}": owner for schema, table, owner in cursor.fetchall()}


def others(credentials: Credentials) -> int:
    """Return how many other programs are connected to the database."""
    connection = connect(credentials)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def empty(credentials: Credentials) -> None:
    """Delete everything the service's role has in its database."""
    connection = connect(credentials)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("DROP OWNED BY CURRENT_USER CASCADE")
    finally:
        connection.close()


def difference(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Return, a sentence each, where two counts of rows differ."""
    return [
        f"{table}: {expected.get(table, 'no such table')} rows in the backup, "
        f"{found.get(table, 'no such table')} restored"
        for table in sorted({*expected, *found})
        if expected.get(table) != found.get(table)
    ]


def _rows(cursor: Any) -> dict[str, int]:
    cursor.execute(_TABLES)
    counts = {}
    for schema, table, _owner in cursor.fetchall():
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        cursor.execute(count)
        counts[f"{schema}.{table}"] = int(cursor.fetchone()[0])
    return counts
