"""One database and role a service in Debian's PostgreSQL, made by ``psql`` as its superuser."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from deploy.local.console import Problem
from deploy.local.services import EXTENSIONS
from deploy.server.machine import Machine

SUPERUSER = "postgres"
OLDEST = 15
SECONDS = 60
_ROUNDS = 4096  # PostgreSQL's own default


def cluster_port(machine: Machine) -> int:
    """Return the port of the newest PostgreSQL on this machine. Raises Problem without one."""
    if machine.dry_run:
        return 5432
    found = machine.run("pg_lsclusters", ["pg_lsclusters", "--no-header"]).splitlines()
    clusters = [(int(line.split()[0]), line.split()) for line in found if line.strip()]
    if not clusters:
        raise Problem("PostgreSQL is installed but has no cluster; make one: pg_createcluster")
    version, words = max(clusters)
    if version < OLDEST:
        raise Problem(f"This machine has PostgreSQL {version}; HiveMatrix needs {OLDEST} or newer.")
    if not words[3].startswith("online"):
        _start(machine, words[0], words[1])
    _wait_until_it_answers(machine, int(words[2]))
    return int(words[2])


def ensure(machine: Machine, name: str, password: str, *, port: int) -> None:
    """Make role and database ``name`` and let the role in with ``password``; keep what is there.

    The server is told a verifier, never the password: what it logs or shows gives nothing away.
    A password somebody chose in other letters than ASCII is left for them to set.
    """
    word = ""
    if password.isascii():
        word = f"PASSWORD '{scram_verifier(password, secrets.token_bytes(16))}'"
    _psql(machine, port, "postgres", f"""
        SELECT 'CREATE ROLE "{name}"' WHERE NOT EXISTS
            (SELECT 1 FROM pg_roles WHERE rolname = '{name}') \\gexec
        ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE {word};
        SELECT 'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0 ENCODING ''UTF8'''
            ' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''' WHERE NOT EXISTS
            (SELECT 1 FROM pg_database WHERE datname = '{name}') \\gexec
        REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
    """)  # noqa: S608 # fmt: skip
    wanted = "".join(f'CREATE EXTENSION IF NOT EXISTS "{each}";\n' for each in EXTENSIONS)
    _psql(machine, port, name, f"SET client_min_messages = warning;\n{wanted}")


def scram_verifier(password: str, salt: bytes) -> str:
    """Return what PostgreSQL keeps of a password (RFC 5803 section 2): it reveals nothing.

    ``password`` is ASCII, so that SASLprep leaves it as it is.
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ROUNDS}:{parts[0]}${parts[1]}:{parts[2]}"


def _start(machine: Machine, version: str, cluster: str) -> None:
    """Start a cluster. Raises Problem with PostgreSQL's own words: systemd's say nothing of why."""
    try:
        machine.run("Starting PostgreSQL", ["pg_ctlcluster", version, cluster, "start"])
    except Problem as problem:
        unit = f"postgresql@{version}-{cluster}"
        journal = ["journalctl", "--quiet", "--no-pager", "--output=cat", "--lines=12", "-u", unit]
        raise Problem(f"{problem}\n{machine.run('journalctl', journal).rstrip()}") from None


def _wait_until_it_answers(machine: Machine, port: int) -> None:
    """Wait for a server that is up but still recovers, as after a power failure. Raises Problem."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            machine.run("PostgreSQL", ["pg_isready", "--quiet", f"--port={port}"], user=SUPERUSER)
        except Problem:
            if time.monotonic() > deadline:
                raise Problem(
                    f"PostgreSQL does not answer at port {port} after {SECONDS} s. Its own words: "
                    "journalctl -u 'postgresql@*' -n 50"
                ) from None
            time.sleep(1)
        else:
            return


def _psql(machine: Machine, port: int, database: str, script: str) -> None:
    command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--port={port}"]
    command += [f"--dbname={database}", "--file=-"]
    machine.run(f"PostgreSQL ({database})", command, user=SUPERUSER, stdin=script)
