"""What a restore will do, found out before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.keeping import databases, places
from deploy.keeping.administrator import Administrator
from deploy.keeping.archive import Content, Reader
from deploy.local.console import Problem
from deploy.local.services import BY_NAME, Service
from hm_auth.service import conf_file
from hm_auth.service.answers import DATABASE_KEYS
from hm_auth.service.config import PREFIX
from hm_auth.service.database import Credentials, problem_with


@dataclass(frozen=True, slots=True)
class Step:
    """One service: its configuration, its database, its files."""

    service: Service
    content: Content
    conf: str = field(repr=False)
    credentials: Credentials
    administrator: Administrator | None  # who makes the database; None: it is there
    tables: int
    folders: Mapping[str, Path]

    def sentences(self) -> list[str]:
        """Say what will happen to this service."""
        database = self.credentials
        where = f"{database.name} on {database.host}:{database.port}"
        rows = sum(self.content.rows.values())
        if self.administrator:
            making = (
                f"makes the role {database.user} and the database {where}, or sets its password"
            )
            first = [making]
        else:
            first = [f"DELETES all {self.tables} tables of {where}"] if self.tables else []
        return [*first, f"restores {len(self.content.rows)} tables, {rows} rows, into {where}"]


def plan(
    reader: Reader, instance: places.Instance, *, replace: bool, only: list[str]
) -> list[Step]:
    """Return a step per service. Raises Problem when one cannot or must not be done."""
    contents = reader.manifest.services
    if unknown := sorted({*only} - {*contents}):
        raise Problem(f"The archive has no {', '.join(unknown)}; it has {', '.join(contents)}.")
    steps = []
    for name, content in contents.items():
        if only and name not in only:
            continue
        if name not in BY_NAME:
            raise Problem(
                f"The archive has a service {name} whose code is not here; add its project, or "
                "name the services to restore: --only nexus"
            )
        conf = _conf(BY_NAME[name], reader.open(content.conf).read().decode())
        steps.append(_step(BY_NAME[name], content, conf, instance))
    for step in steps:
        _refuse(step, replace=replace)
    return steps


def _step(service: Service, content: Content, conf: str, instance: places.Instance) -> Step:
    values = conf_file.parse(conf, str(service.conf_path))
    credentials = _credentials(values)
    folders = places.file_folders(service, values, instance.folder)
    problem = problem_with(credentials)
    administrator = Administrator.at_hand(instance, credentials) if problem else None
    if problem and administrator is None:
        raise Problem(
            f"The database of {service.title} cannot be opened. {problem} "
            "Or let hm make it: as root where PostgreSQL runs, or with HM_DB_ADMIN_USER and "
            "HM_DB_ADMIN_PASSWORD in the environment. Nothing was changed."
        )
    tables = {} if problem else databases.tables(credentials)
    if foreign := [name for name, owner in tables.items() if owner != credentials.user]:
        raise Problem(
            f"Not all tables in {credentials.name} are {credentials.user}'s, so it cannot replace "
            f"them: {', '.join(foreign)}. Drop them or change their owner. Nothing was changed."
        )
    return Step(service, content, conf, credentials, administrator, len(tables), folders)


def _refuse(step: Step, *, replace: bool) -> None:
    title, name = step.service.title, step.credentials.name
    if step.tables and not replace:
        raise Problem(
            f"The database {name} of {title} is not empty. Nothing was changed. "
            "To delete what is in it and restore the backup: --replace"
        )
    if step.tables and (count := databases.others(step.credentials)):
        raise Problem(
            f"{title} is running: {count} connections to {name}. Stop it first "
            f"(systemctl stop 'hivematrix-*'). Nothing was changed."
        )


def _conf(service: Service, archived: str) -> str:
    """Return the configuration to write: the archive's, but the database as this machine has it."""
    here = conf_file.read(service.conf_path)
    kept = {key: here[key] for key in DATABASE_KEYS if key in here}
    lines = []
    for line in archived.splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f"{key}={conf_file.quote(kept[key])}" if key in kept else line)
    return "\n".join(lines) + "\n"


def _credentials(values: Mapping[str, str]) -> Credentials:
    def value(key: str, default: str = "") -> str:
        return os.environ.get(PREFIX + key) or values.get(key, default)

    return Credentials(
        host=value("DB_HOST", "127.0.0.1"), port=int(value("DB_PORT", "5432")),
        name=value("DB_NAME"), user=value("DB_USER"), password=value("DB_PASSWORD"),
    )  # fmt: skip
