"""The checks of ``./hm test lint``: each counts as one test, passed or failed."""

from __future__ import annotations

import os
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
from deploy.local.new_module import TEMPLATE
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
    yield "import contracts", contracts(folder), every_service(plain)
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
    deploy = _mypy("hm_auth", folder, "-p", "deploy", f"--exclude={TEMPLATE.name}")
    yield "types of deploy", deploy, _paths(plain)
    yield "types of the module template", *_template(folder, plain)


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


def _template(folder: Path, environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return the command for the types of the template, which is a module, and its environment."""
    paths = os.pathsep.join([str(ROOT), str(TEMPLATE / "sample_project")])
    return _mypy("sample", folder, "-p", "sample"), _paths({**environment, "PYTHONPATH": paths})


def contracts(folder: Path) -> list[str]:
    """Return the command for the import contracts, with the services that are here."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    services = ", ".join(f'"{service.name}"' for service in SERVICES)
    config = folder / "contracts.toml"
    config.write_text(text.replace('"nexus", "treasury", "archive"', services), encoding="utf-8")
    return [str(Path(sys.executable).parent / "lint-imports"), f"--config={config}"]


def every_service(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` with every service importable, for the import contracts."""
    folders = [str(ROOT), *(str(service.directory) for service in SERVICES)]
    return {**environment, "PYTHONPATH": ":".join(folders)}


def _templates() -> list[str]:
    found = {path for path in ROOT.glob("*/**/templates") if ".venv" not in path.parts}
    return sorted(str(path.relative_to(ROOT)) for path in found if path.is_dir())
