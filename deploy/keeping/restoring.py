"""Restoring one service: database, then files, then configuration; each compared afterwards."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from deploy.keeping import archive, databases, places, postgres_tools
from deploy.keeping.archive import Reader
from deploy.keeping.plan import Step
from deploy.local.console import Problem


def restore(reader: Reader, step: Step) -> None:
    """Restore a service and compare it with the manifest. Raises Problem."""
    if step.administrator:
        step.administrator.make(step.credentials)
    _database(reader, step)
    for name, prefix in step.content.folders.items():
        _files(reader, prefix, step.folders[name])
    _conf(step)


def _database(reader: Reader, step: Step) -> None:
    if step.tables:
        databases.empty(step.credentials)
    with databases.looking(step.credentials) as look:
        server = look.server_version
    if server < step.content.server_version:
        raise Problem(
            f"{step.service.title} was backed up from PostgreSQL {step.content.server_version} and "
            f"this server is {server}: use one that is not older."
        )
    tool = postgres_tools.find("pg_restore", at_least=server)
    # In one transaction: a restore that breaks off leaves an empty database, not half of one. An
    # extension may be the superuser's, who made it before; its comment is then not ours to set.
    command = [tool, "--no-owner", "--no-privileges", "--no-comments", "--no-password"]
    command += ["--exit-on-error", "--single-transaction", f"--dbname={step.credentials.name}"]
    with reader.open(step.content.dump) as dump:
        postgres_tools.feed(command, step.credentials, dump)
    if problems := databases.difference(step.content.rows, databases.rows(step.credentials)):
        raise Problem(f"{step.service.title} is not as it was backed up. {'; '.join(problems)}.")


def _files(reader: Reader, prefix: str, folder: Path) -> None:
    """Write the files that are not there yet; each gets its name when it is complete."""
    for member, inside in reader.manifest.files_of(prefix):
        target = folder / inside
        expected = reader.manifest.members[member][0]
        if target.exists() and archive.sha256_of(target) == expected:
            continue
        _make_folder(target.parent)
        partial = target.with_name(f".{target.name}.restoring")
        with reader.open(member) as source, partial.open("wb") as out:
            shutil.copyfileobj(source, out)
        places.give(partial, 0o640)
        partial.rename(target)
        if archive.sha256_of(target) != expected:
            raise Problem(f"{target} is not as it was backed up; is the disk in order?")


def _conf(step: Step) -> None:
    path = step.service.conf_path
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before == step.conf:
        return
    if before is not None:
        path.rename(path.with_name(f"{path.name}.before-restore"))
    partial = path.with_name(f".{path.name}.restoring")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(step.conf)
    places.give(partial, 0o600)
    partial.rename(path)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        places.give(folder, 0o750)
