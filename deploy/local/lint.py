"""The checks of ``./hm test lint``: each counts as one test, passed or failed."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deploy.local import suites
from deploy.local.console import colour, say
from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES
from deploy.local.tally import Tally

Check = tuple[str, list[str], Mapping[str, str]]  # its name, its command, its environment


def run(server: Server, tell: Callable[[str], None] = say) -> Tally:
    """Run every check; ``tell`` hears a line for each, and the output of those that fail."""
    total = Tally()
    with tempfile.TemporaryDirectory(prefix="hm-lint-") as folder:
        for name, command, environment in _checks(server, Path(folder)):
            started = time.monotonic()
            done = subprocess.run(
                command, cwd=ROOT, env=dict(environment), check=False, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            total += Tally(failed=1) if done.returncode else Tally(passed=1)
            verdict = colour("failed", "31") if done.returncode else "passed"
            tell(f"  {verdict}  {name}  {time.monotonic() - started:.1f} s")
            if done.returncode:
                tell(done.stdout.rstrip())
    return total


def _checks(server: Server, folder: Path) -> Iterator[Check]:
    plain = suites.variables("hm_auth", server, folder)
    yield "ruff check", _python("ruff", "check", "."), plain
    yield "ruff format", _python("ruff", "format", "--check", "."), plain
    yield "import contracts", [str(Path(sys.executable).parent / "lint-imports")], _all(plain)
    shellcheck = str(Path(sys.executable).parent / "shellcheck")
    yield "shell scripts (shellcheck)", [shellcheck, "deploy/install.sh", ".ci/run"], plain
    yield "templates (djlint)", _python("djlint", "--lint", "--quiet", *_templates()), plain
    for service in SERVICES:
        environment = suites.variables(service.name, server, folder)
        command = [sys.executable, str(service.directory / "manage.py"), "makemigrations"]
        command += ["--check", "--dry-run"]
        yield f"migrations of {service.name} complete", command, environment
    for name in ("hm_auth", *(service.name for service in SERVICES)):
        environment = suites.variables(name, server, folder)
        yield f"types of {name}", _mypy(name, folder, "-p", name), _paths(environment)
    yield "types of deploy", _mypy("hm_auth", folder, "-p", "deploy"), _paths(plain)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _mypy(name: str, folder: Path, *arguments: str) -> list[str]:
    """Return the command for mypy with the Django settings of ``name``: its plugin takes one."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    setting = f'django_settings_module = "{suites.settings_module(name)}"'
    config = folder / f"{name}.toml"
    config.write_text(re.sub(r'django_settings_module = ".*"', setting, text), encoding="utf-8")
    cache = ROOT / ".mypy_cache" / name
    return _python("mypy", f"--config-file={config}", f"--cache-dir={cache}", *arguments)


def _paths(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "MYPYPATH": environment["PYTHONPATH"]}


def _all(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` with every service importable, for the import contracts."""
    folders = [str(ROOT), *(str(service.directory) for service in SERVICES)]
    return {**environment, "PYTHONPATH": ":".join(folders)}


def _templates() -> list[str]:
    found = {path for path in ROOT.glob("*/**/templates") if ".venv" not in path.parts}
    return sorted(str(path.relative_to(ROOT)) for path in found if path.is_dir())
