"""Releases side by side: a copy of the code with a virtual environment for each service."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.console import Problem, say
from deploy.local.paths import ROOT
from deploy.local.services import Service
from deploy.server.layout import CURRENT, PREVIOUS, RELEASES, USER, python
from deploy.server.machine import Machine

KEPT = 3
_LEFT_OUT = shutil.ignore_patterns(
    ".*", "var", "venv", "static", "instance", "__pycache__", "*.egg-info", "node_modules"
)
_DONE = ".complete"


def make(machine: Machine, services: Sequence[Service]) -> Path:
    """Copy this code to a new release, install what each service needs, and return its folder.

    Packages come from where this machine's pip gets them, checked against the locks' hashes.
    """
    release = RELEASES / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    say(f"Copying the code to {release}")
    if machine.dry_run:
        say(f"  would copy: {ROOT} -> {release}")
    else:
        shutil.copytree(ROOT, release, ignore=_top_level_only(ROOT))
        (release / "static").mkdir()
        shutil.chown(release / "static", USER, USER)  # prepare fills it; the units cannot
    for service in services:
        _make_venv(machine, release, service)
    code = [release / "hm_auth", *(release / each.directory.name for each in services)]
    machine.run("Compiling", [sys.executable, "-m", "compileall", "-q", *code])
    if not machine.dry_run:
        (release / _DONE).write_text("")
    return release


def current() -> Path | None:
    """Return the release in use, if there is one."""
    return CURRENT.resolve() if CURRENT.exists() else None


def switch(machine: Machine, release: Path) -> None:
    """Make ``release`` the one in use and remember which it was before."""
    before = current()
    if before == release:
        return
    if before:
        machine.link(PREVIOUS, before)
    machine.link(CURRENT, release)


def require_complete(release: Path) -> None:
    """Raise Problem unless ``release`` was installed to its end."""
    if not (release / _DONE).exists():
        raise Problem(f"{release} is not a complete release; {RELEASES} has them.")


def prune(machine: Machine) -> None:
    """Remove all but the newest releases, and those that broke off; never one that is in use."""
    if not RELEASES.exists():
        return
    found = sorted(path for path in RELEASES.iterdir() if path.is_dir())
    complete = [path for path in found if (path / _DONE).exists()]
    wanted = {*complete[-KEPT:], current(), PREVIOUS.resolve()}
    for path in found:
        if path not in wanted:
            machine.remove(path)


def _make_venv(machine: Machine, release: Path, service: Service) -> None:
    """Install the locked packages of ``service``, or link to those of the release before."""
    lock = release / service.directory.name / "requirements.txt"
    target = python(release, service.name).parent.parent
    if (before := current()) and _same_packages(before, release, service):
        say(f"The packages of {service.title} have not changed")
        # Hard links: nothing ever writes into a virtual environment once it is made.
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(
            python(before, service.name).parent.parent, target, symlinks=True, copy_function=os.link
        )
        return
    say(f"Installing the packages of {service.title}")
    machine.run("Making a virtual environment", [sys.executable, "-m", "venv", target])
    pip: list[str | Path] = [target / "bin/python", "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", lock]
    machine.run(f"pip ({service.title})", pip)


def _same_packages(before: Path, release: Path, service: Service) -> bool:
    """Tell whether the release before has just what this one needs, for this very Python."""
    made_by = python(before, service.name).parent.parent / "pyvenv.cfg"
    locks = [each / service.directory.name / "requirements.txt" for each in (before, release)]
    if not (made_by.exists() and all(lock.exists() for lock in locks)):
        return False
    version = ".".join(str(number) for number in sys.version_info[:3])
    same_python = f"version = {version}\n" in made_by.read_text()
    return same_python and locks[0].read_bytes() == locks[1].read_bytes()


def _top_level_only(root: Path) -> Callable[[str, list[str]], set[str]]:
    """Leave out, at the top, what ./hm makes; below it, only what Python makes."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        if Path(folder) == root:
            return _LEFT_OUT(folder, names)
        return {name for name in names if name in {"__pycache__", "instance"}}

    return ignore
