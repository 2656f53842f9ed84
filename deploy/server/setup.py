"""Setting up each service of a release: database, configuration, registration, tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.console import say
from deploy.local.services import NEXUS, SERVICES, Service
from deploy.server import configuration, databases
from deploy.server.configuration import Site
from deploy.server.layout import ENVIRONMENT, USER, python
from deploy.server.machine import Machine

_LOCAL = {"127.0.0.1", "localhost", "::1"}


def set_up(machine: Machine, release: Path, site: Site, *, email_url: str) -> None:
    """Bring every service up to the code of ``release``, Nexus first. Raises Problem.

    Safe to repeat: no value that is written down is changed, and migrations know what has been.
    """
    port = databases.cluster_port(machine)
    for service in SERVICES:
        say(f"Setting up {service.title}")
        conf = configuration.ensure(machine, service, site, database_port=port, email_url=email_url)
        if conf["DB_HOST"] in _LOCAL and conf["DB_PORT"] == str(port):
            databases.ensure(machine, conf["DB_NAME"], conf["DB_PASSWORD"], port=port)
        if service.is_module:
            _register(machine, release, service, conf)
        script = release / service.directory.name / "init_db.py"
        machine.run(
            f"{service.title}'s init_db.py",
            [python(release, service.name), script, "--non-interactive"],
            user=USER,
            environment=environment(release),
        )


def admin_link(machine: Machine, release: Path, email: str) -> str:
    """Return a link by which the first administrator chooses a password, once."""
    command = ["admin_link", "--username=admin", f"--email={email}"]
    return _manage(machine, release, NEXUS, *command, quiet=True).strip()


def environment(release: Path) -> dict[str, str]:
    """Return the environment of a command of ``release`` that is not the current one yet."""
    return {**ENVIRONMENT, "HM_STATIC_DIR": str(release / "static")}


def _register(machine: Machine, release: Path, service: Service, conf: Mapping[str, str]) -> None:
    """Tell Nexus of a module. The secret in its conf is what counts, the first time and later."""
    _manage(
        machine, release, NEXUS, "register_module", service.name, f"--name={service.title}",
        f"--url={conf['PUBLIC_URL']}", f"--icon={service.icon}",
        f"--description={service.description}", f"--scopes={','.join(service.scopes)}",
        "--secret-from-env=HM_MODULE_SECRET", HM_MODULE_SECRET=conf["CLIENT_SECRET"],
    )  # fmt: skip


def _manage(
    machine: Machine,
    release: Path,
    service: Service,
    *arguments: str,
    quiet: bool = False,
    **secrets: str,
) -> str:
    script = release / service.directory.name / "manage.py"
    return machine.run(
        f"{service.title}'s {arguments[0]}",
        [python(release, service.name), script, *arguments],
        user=USER,
        environment={**environment(release), **secrets},
        quiet=quiet,
    )
