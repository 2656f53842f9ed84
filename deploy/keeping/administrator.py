"""Making a role and its database on a PostgreSQL server, when somebody who may is at hand."""

from __future__ import annotations

import ipaddress
import os
import pwd
import tempfile
from dataclasses import dataclass, replace
from typing import Any

from deploy.keeping import places, postgres_tools
from deploy.local.console import Problem
from deploy.local.paths import POSTGRES
from hm_auth.service.database import Credentials

# The values come in the environment: psql quotes them, and no command line shows the password.
_MAKE = rb"""
\set QUIET 1
\getenv role HM_ROLE
\getenv password HM_ROLE_PASSWORD
\getenv database HM_ROLE_DATABASE
SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', :'role', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'''
              ' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
"""


@dataclass(frozen=True, slots=True)
class Administrator:
    """A superuser of the server: by password, or as the system account postgres."""

    user: str
    password: str | None
    account: str | None = None

    @classmethod
    def at_hand(cls, instance: places.Instance, wanted: Credentials) -> Administrator | None:
        """Return who may make the database ``wanted``, if anybody.

        HM_DB_ADMIN_USER and HM_DB_ADMIN_PASSWORD name somebody; root may become ``postgres`` where
        the server runs; the demo knows its own.
        """
        found = None
        if user := os.environ.get("HM_DB_ADMIN_USER"):
            found = cls(user, os.environ.get("HM_DB_ADMIN_PASSWORD", ""))
        elif instance.is_demo:
            found = cls("postgres", (POSTGRES / "superuser").read_text())
        elif os.geteuid() == 0 and _is_here(wanted.host) and _exists("postgres"):
            found = cls("postgres", None, account="postgres")
        return found if found and found._may_enter(wanted) else None

    def make(self, wanted: Credentials) -> None:
        """Make role and database, or give the role this password. Raises Problem."""
        self._run(_MAKE, wanted)

    def _may_enter(self, wanted: Credentials) -> bool:
        try:
            self._run(b"SELECT 1;", wanted)
        except Problem:
            return False
        return True

    def _run(self, text: bytes, wanted: Credentials) -> None:
        sign_in = replace(wanted, name="postgres", user=self.user, password=self.password or "")
        options: dict[str, Any] = {}
        if self.account:
            sign_in = replace(sign_in, host="")  # the socket, where the account counts
            account = pwd.getpwnam(self.account)
            options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        variables = {
            "HM_ROLE": wanted.user,
            "HM_ROLE_PASSWORD": wanted.password,
            "HM_ROLE_DATABASE": wanted.name,
        }
        psql = postgres_tools.find("psql", at_least=15)  # \getenv
        with tempfile.TemporaryFile() as script:
            script.write(text)
            script.seek(0)
            command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "--no-password"]
            postgres_tools.run(command, sign_in, stdin=script, more=variables, **options)


def _is_here(host: str) -> bool:
    try:
        return host in {"", "localhost"} or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.startswith("/")


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True
