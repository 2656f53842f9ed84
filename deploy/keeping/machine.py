"""What ``hm doctor`` looks at on the machine: versions, disk, backups."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.keeping import backup, databases, places, postgres_tools
from deploy.keeping.reaching import SYSTEMD
from deploy.local.console import Problem
from deploy.local.services import Service
from hm_auth.service.findings import Finding, fail, ok, warn

_GB = 1024**3
_LATE, _TOO_LATE = timedelta(hours=26), timedelta(days=3)


def database(service: Service) -> Iterator[Finding]:
    """Look at the version of the server, and whether a backup of it is possible."""
    try:
        with databases.looking(databases.of_config(places.load(service))) as look:
            version = look.server_version
        postgres_tools.find("pg_dump", at_least=version)
        postgres_tools.find("pg_restore", at_least=version)
    except Problem as problem:
        yield fail("database", str(problem), "Nothing works without it, not even a backup.")
    else:
        yield ok("database", f"PostgreSQL {version} answers, and can be backed up from here")


def units(service: Service) -> Iterator[Finding]:
    """Look whether systemd runs the service's worker and timers, where systemd runs at all."""
    if not SYSTEMD.exists():
        return
    names = [f"hivematrix-{service.name}-{timer.name}.timer" for timer in service.timers]
    if service.has_worker:
        names.append(f"hivematrix-{service.name}-worker.service")
    # A line for each, in the order asked; the exit code only tells of the last.
    done = subprocess.run(
        ["systemctl", "is-active", *names],  # noqa: S607 - wherever the system has it
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    states = dict(zip(names, done.stdout.split(), strict=False))
    for name in names:
        if (state := states.get(name, "unknown")) != "active":
            yield fail("units", f"{name} is {state}", f"systemctl enable --now {name}")
    if all(states.get(name) == "active" for name in names):
        yield ok("units", f"{len(names)} timers and workers are active")


def disks(instance: places.Instance, services: list[Service]) -> Iterator[Finding]:
    """Look at the room where configuration, files and backups lie; each disk once."""
    seen = set()
    folders = [instance.folder, backup_folder(instance)]
    for service in services:
        config = places.load(service)
        folders += places.file_folders(service, config.values, config.path.parent).values()
    for folder in folders:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        disk = there.stat().st_dev
        if disk not in seen:
            seen.add(disk)
            yield _disk(there)


def _disk(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    share, text = usage.free / usage.total, f"{usage.free / _GB:.1f} GB free where {folder} lies"
    if usage.free < _GB or share < 0.03:
        return fail("disk", text, "Free some space now: PostgreSQL stops when the disk is full.")
    if usage.free < 5 * _GB or share < 0.1:
        return warn("disk", text, "Free some space soon.")
    return ok("disk", text)


def backup_folder(instance: places.Instance) -> Path:
    return Path(instance.settings().get("TO") or instance.backups)


def last_backup(instance: places.Instance, *, now: datetime | None = None) -> Finding:
    """Look at the age of the newest backup, and that it is whole."""
    folder = backup_folder(instance)
    found = backup.found_in(folder)
    if not found:
        return fail("backup", f"there is none in {folder}", "Run: hm backup; then its timer.")
    moment = max(found)
    age = (now or datetime.now(UTC)) - moment
    size = found[moment].stat().st_size
    text = f"{found[moment].name}, {age.total_seconds() / 3600:.0f} hours old, {size >> 20} MB"
    advice = "Run: hm backup; then see systemctl status hivematrix-backup.timer"
    if age > _TOO_LATE:
        return fail("backup", text, advice)
    return warn("backup", text, advice) if age > _LATE else ok("backup", text)
