"""The systemd units of an installation, from the templates beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from deploy.local.services import Service
from deploy.server import configuration
from deploy.server.layout import (
    BACKUPS,
    COMMANDS,
    CONFIGURATION,
    CURRENT,
    ENVIRONMENT,
    USER,
    python,
)

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(services: Sequence[Service], *, with_backup: bool) -> dict[str, str]:
    """Return every unit file: its name and what is in it."""
    units: dict[str, str] = {}
    for service in services:
        units |= dict(_of(service))
    if with_backup:
        known = words(None)
        for name in ("backup.service", "backup.timer"):
            units[f"hivematrix-{name}"] = fill(name, known)
    return units


def server(service: Service) -> str:
    """Return the unit that serves ``service``."""
    return f"hivematrix-{service.name}.service"


def started(units: Mapping[str, str]) -> list[str]:
    """Return which units start by themselves; a timer starts the others."""
    return [name for name, text in units.items() if "[Install]" in text]


def fill(template: str, words: Mapping[str, str]) -> str:
    """Return a template of this folder with its words put in."""
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def _of(service: Service) -> Iterator[tuple[str, str]]:
    known = words(service)
    yield server(service), fill("service.service", known)
    if service.has_worker:
        yield f"hivematrix-{service.name}-worker.service", fill("worker.service", known)
    for timer in service.timers:
        timed = {**known, "command": timer.command, "when": timer.when}
        unit = f"hivematrix-{service.name}-{timer.name}"
        yield f"{unit}.service", fill("timed.service", timed)
        yield f"{unit}.timer", fill("timed.timer", timed)


def words(service: Service | None) -> dict[str, str]:
    """Return what the templates may name; with ``service``, what is said of it as well."""
    found = {
        "user": USER,
        "current": str(CURRENT),
        "backups": str(BACKUPS),
        "hm": str(COMMANDS / "hm"),
        "environment": " ".join(f"{key}={value}" for key, value in ENVIRONMENT.items()),
    }
    own = ""
    if service:
        found |= {
            "name": service.name,
            "title": service.title,
            "python": str(python(CURRENT, service.name)),
            "project": str(CURRENT / service.directory.name),
        }
        own = _own_files(service)
    found["process"] = fill("process", found).rstrip()
    found["hardening"] = (fill("hardening", {}) + own).rstrip()
    return found


def _own_files(service: Service) -> str:
    """Return what lets a service see its own conf file and folders alone."""
    lines = [
        f"TemporaryFileSystem={CONFIGURATION}:ro",
        f"BindReadOnlyPaths={configuration.conf_path(service)}",
        f"InaccessiblePaths=-{BACKUPS}",
    ]
    lines += [f"ReadWritePaths={path}" for path in configuration.folders(service).values()]
    return "# Its own settings and files, nobody else's.\n" + "\n".join(lines) + "\n"
