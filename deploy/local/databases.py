"""Databases and roles on the embedded server: one of each per service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2 import sql

from deploy.local.services import EXTENSIONS

_VARIABLE = "HM_TEST_POSTGRES"


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL on 127.0.0.1 and the password of its superuser ``postgres``."""

    port: int
    password: str = field(repr=False)

    @classmethod
    def from_environment(cls) -> Server | None:
        """Return the server ``./hm test`` started for its suites, if this is one of them."""
        port, _, password = os.environ.get(_VARIABLE, "").partition(":")
        return cls(port=int(port), password=password) if port else None

    def environment(self) -> dict[str, str]:
        """Return what lets a child process find this server with ``from_environment``."""
        return {_VARIABLE: f"{self.port}:{self.password}"}

    def ensure(self, name: str, password: str, *, may_create: bool = False) -> bool:
        """Make role and database ``name``, owned by that role; tell whether it was missing."""
        with self._cursor("postgres") as cursor:
            # Suites that run at the same time may want the same one; closing gives the lock back.
            cursor.execute("SELECT pg_advisory_lock(hashtext('ensure'))")
            role = sql.Identifier(name)
            options = sql.SQL("LOGIN PASSWORD {} " + ("CREATEDB" if may_create else "NOCREATEDB"))
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            verb = sql.SQL("ALTER ROLE {} " if cursor.fetchone() else "CREATE ROLE {} ")
            cursor.execute(verb.format(role) + options.format(sql.Literal(password)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone():
                return False
            cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
            self.add_extensions(name)
        return True

    def add_extensions(self, database: str) -> None:
        """Install what the services need; in ``template1`` every database made later has it."""
        with self._cursor(database) as cursor:
            for extension in EXTENSIONS:
                words = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}")
                cursor.execute(words.format(sql.Identifier(extension)))

    def drop(self, name: str) -> None:
        """Remove role and database ``name``."""
        with self._cursor("postgres") as cursor:
            for words in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP ROLE IF EXISTS {}"):
                cursor.execute(sql.SQL(words).format(sql.Identifier(name)))

    @contextmanager
    def _cursor(self, database: str) -> Iterator[Any]:
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self.password,
            dbname=database, connect_timeout=10,
        )  # fmt: skip
        connection.autocommit = True  # CREATE DATABASE runs in no transaction
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()
