"""Setting the services up in one folder: databases, init_db.py of each, registration, demo data.

Everything here may run again: what is there is kept, and nothing runs when nothing changed.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import fingerprint
from deploy.local.console import failed
from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.services import MODULES, NEXUS, SERVICES, Service
from hm_auth.service import conf_file


class Installation:
    """The configuration files of all services, in ``folder``, and their databases on ``server``.

    ``suffix`` is added to the names of databases and roles, for servers shared with others.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: Server,
        urls: Mapping[str, str],
        demo: bool,
        suffix: str,
        report: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self._server = server
        self._urls = urls
        self._demo = demo
        self._suffix = suffix
        self._report = report
        folder.mkdir(parents=True, exist_ok=True)
        self._secrets = self._load_secrets()

    def prepare(self) -> None:
        """Set every service up, unless that was done by this very code. Raises Problem."""
        for service in SERVICES:
            (self.folder / f"{service.name}.log").write_text("")
        made = [self._ensure_database(service) for service in SERVICES]
        stamp = self.folder / "stamp"
        folders = [ROOT / "hm_auth", *(service.directory for service in SERVICES)]
        wanted = f"{fingerprint.of(folders)} {json.dumps(dict(self._urls))} {self._demo}"
        if not any(made) and stamp.exists() and stamp.read_text() == wanted:
            return
        self._set_up(NEXUS)  # it registers the others
        # Each waits for its own processes most of the time.
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(self._set_up, service) for service in MODULES]:
                done.result()
        stamp.write_text(wanted)

    def drop_databases(self) -> None:
        """Remove the databases and roles of all services."""
        for service in SERVICES:
            self._server.drop(self._database(service))

    def command(self, service: Service, script: str, *arguments: str) -> list[str]:
        """Return the command line of a script in a service's project folder."""
        return [sys.executable, str(service.directory / script), *arguments]

    def environment(self, service: Service) -> dict[str, str]:
        """Return the environment of a service; the caller's own HM_ settings stay out."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("HM_", "PG"))
        }
        kept |= {
            "DJANGO_SETTINGS_MODULE": f"{service.name}.settings",
            "HM_INSTANCE_DIR": str(self.folder),
            "HM_DB_PORT": str(self._server.port),  # it may differ from start to start
            "HM_LOG_FORMAT": "text",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        if "HM_LOG_LEVEL" in os.environ:
            kept["HM_LOG_LEVEL"] = os.environ["HM_LOG_LEVEL"]
        return kept | ({"HM_DEMO": "1"} if self._demo else {})

    def manage(self, service: Service, *arguments: str, **environment: str) -> str:
        """Run a management command and return its output. Raises Problem."""
        command = self.command(service, "manage.py", *arguments)
        environment = self.environment(service) | environment
        return self._run(f"{service.title}'s {arguments[0]}", command, environment)

    def register(self, service: Service) -> str:
        """Register a module with Nexus, or again; return its secret, which stays as it is."""
        file = self.folder / service.conf_path.name
        secret = conf_file.read(file).get("CLIENT_SECRET") or secrets.token_urlsafe(32)
        self.manage(
            NEXUS, "register_module", service.name, "--name", service.title,
            "--url", self._urls[service.name], "--icon", service.icon,
            "--description", service.description, "--scopes", ",".join(service.scopes),
            "--secret-from-env", "CLIENT_SECRET", CLIENT_SECRET=secret,
        )  # fmt: skip
        return secret

    def _set_up(self, service: Service) -> None:
        self._report(f"Setting up {service.title}")
        self._init_db(service)
        if self._demo and any(service.directory.glob("*/**/management/commands/load_demo.py")):
            self._report(f"Loading the demo data of {service.title}")
            self.manage(service, "load_demo")

    def _init_db(self, service: Service) -> None:
        url = self._urls[service.name]
        environment = self.environment(service) | {
            "HM_PUBLIC_URL": url,
            "HM_PORT": str(urlsplit(url).port),
            "HM_DB_HOST": "127.0.0.1",
            "HM_DB_NAME": self._database(service),
            "HM_DB_USER": self._database(service),
            "HM_DB_PASSWORD": self._secrets[service.name],
        }
        if service.is_module:
            environment |= {
                "HM_NEXUS_URL": self._urls[NEXUS.name],
                "HM_CLIENT_ID": service.name,
                "HM_CLIENT_SECRET": self.register(service),
            }
        command = self.command(service, "init_db.py", "--non-interactive")
        self._run(f"{service.title}'s init_db.py", command, environment)

    def _run(self, what: str, command: list[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            command, env=environment, cwd="/", text=True, errors="replace", check=False,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        with (self.folder / "setup.log").open("a", encoding="utf-8") as log:
            log.write(f"--- {what}\n{done.stderr}")  # its standard output may hold a secret
        if done.returncode:
            raise failed(what, done.stdout + done.stderr)
        return done.stdout

    def _ensure_database(self, service: Service) -> bool:
        return self._server.ensure(self._database(service), self._secrets[service.name])

    def _database(self, service: Service) -> str:
        return service.name + self._suffix

    def _load_secrets(self) -> dict[str, str]:
        """Return the passwords of the database roles; made once each, then kept."""
        path = self.folder / "secrets.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        made = {service.name: secrets.token_urlsafe(24) for service in SERVICES} | kept
        if made != kept:
            with os.fdopen(
                os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w"
            ) as file:
                json.dump(made, file)
        return made
