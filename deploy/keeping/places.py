"""Where an installation lies: its configuration, its files, its backups, its interpreters."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import preflight, waiting
from deploy.local.console import Problem
from deploy.local.paths import DEMO, POSTGRES, ROOT, VAR
from deploy.local.services import SERVICES, Service
from hm_auth.service import conf_file
from hm_auth.service.config import Config, ConfigError

ETC = Path("/etc/hivematrix")
# In backup.conf: where PostgreSQL itself is, when the services reach it through PgBouncer.
_DIRECTLY = {"DB_HOST", "DB_PORT"}
SETTINGS = {"TO", "ENCRYPT_TO", "PASSPHRASE_FILE", "KEEP", *_DIRECTLY}
_ON_A_SERVER = Path("/var/backups/hivematrix")


@dataclass(frozen=True, slots=True)
class Instance:
    """The folder with the configuration files, which decides about everything else."""

    folder: Path

    @classmethod
    def find(cls, given: str | None) -> Instance:
        """Take --instance, else HM_INSTANCE_DIR, else /etc/hivematrix, else the demo's folder.

        Every service of this process and its children then reads its configuration there.
        """
        named = given or os.environ.get("HM_INSTANCE_DIR")
        folder = Path(named) if named else ETC if ETC.is_dir() else DEMO
        found = cls(folder.resolve())
        os.environ["HM_INSTANCE_DIR"] = str(found.folder)
        if found.is_demo:
            os.environ["HM_DEMO"] = "1"
        for key, value in found.settings().items():
            if key in _DIRECTLY:
                os.environ.setdefault(f"HM_{key}", value)
        return found

    @property
    def is_demo(self) -> bool:
        return self.folder == DEMO

    @property
    def backups(self) -> Path:
        """Where backups go unless something else is said."""
        if self.folder == ETC:
            return _ON_A_SERVER
        return VAR / "backups" if self.is_demo else self.folder / "backups"

    def services(self) -> list[Service]:
        """Return the services configured here. Raises Problem when there is none."""
        found = [service for service in SERVICES if service.conf_path.exists()]
        if not found:
            raise Problem(
                f"There is no configuration of a service in {self.folder}; "
                "name the folder that has nexus.conf: --instance DIR"
            )
        return found

    def settings(self) -> dict[str, str]:
        """Return what ``backup.conf`` says, empty without one. Raises Problem."""
        path = self.folder / "backup.conf"
        try:
            stored = conf_file.read(path)
        except conf_file.ConfFileError as error:
            raise Problem(str(error)) from None
        if unknown := sorted(set(stored) - SETTINGS):
            raise Problem(f"{path}: unknown setting {', '.join(unknown)}.")
        return stored

    @contextmanager
    def database_server(self) -> Iterator[None]:
        """Have the demo's PostgreSQL run meanwhile; the server of an installation runs anyway."""
        if not self.is_demo:
            yield
        elif waiting.is_held(preflight.DEMO_LOCK):
            os.environ["HM_DB_PORT"] = (POSTGRES / "port").read_text()
            yield
        else:
            from deploy.local.postgres import Postgres

            with Postgres(POSTGRES) as server:
                os.environ["HM_DB_PORT"] = str(server.port)
                yield


def load(service: Service) -> Config:
    """Return the configuration of ``service``. Raises Problem."""
    try:
        return service.load()
    except ConfigError as error:
        raise Problem(str(error)) from None


def file_folders(service: Service, values: Mapping[str, object], beside: Path) -> dict[str, Path]:
    """Return the folders of files a service keeps outside its database, by a name for each.

    They are its options that end in ``_DIR``. Left empty, ``ATTACHMENTS_DIR`` of Archive is
    ``archive-attachments`` beside the configuration.
    """
    found = {}
    for option in service.options:
        if option.key.endswith("_DIR"):
            name = option.key.removesuffix("_DIR").lower()
            given = str(values.get(option.key) or "")
            found[name] = Path(given) if given else beside / f"{service.name}-{name}"
    return found


def account() -> pwd.struct_passwd | None:
    """Return who the services run as when that is not us: root on a server acts for them."""
    try:
        return pwd.getpwnam("hivematrix") if os.geteuid() == 0 else None
    except KeyError:
        return None


def give(path: Path, mode: int) -> None:
    """Set the mode of what was made, and let the services' account own it on a server."""
    path.chmod(mode)
    if owner := account():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def manage(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command of ``service`` as its units do: its own venv, its own account."""
    own = ROOT / "venv" / service.name / "bin" / "python"
    python, environment = sys.executable, dict(os.environ)
    if own.exists():
        python = str(own)
        environment["HM_STATIC_DIR"] = str(ROOT / "static")
    as_account: dict[str, Any] = {}
    if owner := account():
        as_account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    return subprocess.run(
        [python, str(service.directory / "manage.py"), *arguments],
        env=environment, cwd="/", capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, **as_account,
    )  # fmt: skip


def release() -> str:
    """Return what is installed here: on a server the release's folder, else hm_auth's version."""
    if ROOT.parent.name == "releases":
        return ROOT.name
    facts = tomllib.loads((ROOT / "hm_auth/pyproject.toml").read_text(encoding="utf-8"))
    return str(facts["project"]["version"])
