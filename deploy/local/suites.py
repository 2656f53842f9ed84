"""The suites of ``./hm test``: a pytest run each; Django has one settings module a process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from deploy.local import fresh_debian, tally
from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.services import BY_NAME, NEXUS

# The suites that run on a configured service, hm_auth's on one of its own; the others need none.
PORTS = {"hm_auth": 5009, **{name: service.port for name, service in BY_NAME.items()}}
OBSTACLE = "HM_TEST_OBSTACLE"  # names a file: a suite that cannot run here writes there why
_SECONDS_A_TEST = {"deploy": 900}  # its first one downloads and installs
_running: set[subprocess.Popen[bytes]] = set()
_PASSWORD = "only for a server that is gone in a minute"  # noqa: S105


class CannotRun(Exception):
    """This machine lacks what a suite needs; the message says what. Nothing was tested."""


def names() -> list[str]:
    """Return every suite there is, in the order to run them: each folder with a pytest.ini."""
    found = {path.parent.name for path in (ROOT / "tests").glob("*/pytest.ini")}
    first, last = ["local", "hm_auth"], [*BY_NAME, "system", "failover", "deploy"]
    order = [*first, *sorted(found - {*first, *last}), *last]
    return [name for name in order if name in found]


def run(suite: str, server: Server, out: IO[str] | None = None) -> tally.Tally:
    """Run one suite, its output on the terminal or in ``out``, and return what it counted.

    Raises CannotRun.
    """
    with tempfile.TemporaryDirectory(prefix=f"hm-{suite}-") as folder:
        report, obstacle = Path(folder) / "report.xml", Path(folder) / "obstacle"
        command = [sys.executable, "-m", "pytest", "-c", f"tests/{suite}/pytest.ini"]
        command += [f"--rootdir=tests/{suite}", f"tests/{suite}", "-q", "--no-header", "--tb=short"]
        command += [
            f"--junit-xml={report}",
            "-o",
            f"faulthandler_timeout={_SECONDS_A_TEST.get(suite, 240)}",
        ]
        command += ["-o", "faulthandler_exit_on_timeout=true"]  # and say where it hangs
        command += ["--hypothesis-profile=ci"]  # the same examples each time, no deadline
        if suite == "deploy":
            command = [*fresh_debian.SEPARATE, *command]
        environment = {**variables(suite, server, Path(folder)), OBSTACLE: str(obstacle)}
        merged = subprocess.STDOUT if out else None
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=merged)
        _running.add(process)
        try:
            code = process.wait()
            if obstacle.exists():
                raise CannotRun(obstacle.read_text(encoding="utf-8"))
            return tally.of_pytest(report, code)
        finally:
            _running.discard(process)
            if process.poll() is None:
                process.terminate()
                process.wait()


def stop_all() -> None:
    """Stop every suite that runs in another thread; each then counts as failed."""
    for process in list(_running):
        process.terminate()


def variables(suite: str, server: Server, folder: Path) -> dict[str, str]:
    """Return the environment of a suite: a configuration without a file, a database of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HM_DB", "PG"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    kept |= {"PYTHONPATH": str(ROOT), **server.environment()}
    if suite not in PORTS:
        return kept
    name = f"suite_{suite}"
    server.ensure(name, _PASSWORD, may_create=True)  # pytest-django makes test_<name>
    url = f"http://127.0.0.1:{PORTS[suite]}"
    project = [str(BY_NAME[suite].directory)] if suite in BY_NAME else []
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *project]),
        "DJANGO_SETTINGS_MODULE": settings_module(suite),
        "HM_INSTANCE_DIR": str(folder),
        "HM_SECRET_KEY": "a key for tests that is long enough to be taken as one, 0123456789",
        "HM_PORT": str(PORTS[suite]),
        "HM_PUBLIC_URL": url,
        "HM_NEXUS_URL": f"http://127.0.0.1:{NEXUS.port}",
        "HM_CLIENT_ID": suite,
        "HM_CLIENT_SECRET": "dev-client-secret",
        "HM_LOG_FORMAT": "text",
        "HM_DB_HOST": "127.0.0.1",
        "HM_DB_PORT": str(server.port),
        "HM_DB_NAME": name,
        "HM_DB_USER": name,
        "HM_DB_PASSWORD": _PASSWORD,
    }


def settings_module(suite: str) -> str:
    """Return the Django settings a suite's tools use."""
    return "tests.hm_auth.settings" if suite == "hm_auth" else f"{suite}.settings"
