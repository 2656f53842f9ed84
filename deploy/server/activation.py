"""Making a release the one in use: units, link, restarts one by one, Caddy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.console import say
from deploy.local.services import SERVICES, Service
from deploy.server import caddy, configuration, health, releases, units
from deploy.server.configuration import Site
from deploy.server.layout import COMMANDS, CURRENT, UNITS
from deploy.server.machine import Machine
from hm_auth.service import conf_file
from hm_auth.service.config import COMMON

_MARK = "# Written by deploy/install.sh; changes go to a drop-in: systemctl edit "
_TRIES = 3
_SYSTEMD_RUNS = Path("/run/systemd/system")


def activate(machine: Machine, release: Path, site: Site, *, start: bool) -> None:
    """Let this machine run ``release``. Raises Problem at the first service that is not ready.

    Services are restarted one after the other, Nexus first; Caddy holds the requests meanwhile.
    """
    wanted = units.render(SERVICES, with_backup=has_backup(release))
    say(f"Writing {len(wanted)} systemd units")
    _remove_stale(machine, set(wanted))
    for name, text in wanted.items():
        machine.write(UNITS / name, f"{_MARK}{name}\n{text}")
    _write_commands(machine)
    say(f"Switching to {release.name}")
    releases.switch(machine, release)
    enabled = units.started(wanted)
    machine.run("systemctl", ["systemctl", "daemon-reload"])
    machine.run("systemctl", ["systemctl", "--quiet", "enable", *enabled])
    caddy.install(machine, caddy.render(SERVICES, site, setting))
    if not start or not (_SYSTEMD_RUNS.exists() or machine.dry_run):
        say("Nothing is started. The services start when the machine does.")
        return
    if site.tls == "internal":
        caddy.trust_own_authority(machine)  # before a service starts: it reads them once
    _start(machine, enabled)


def _start(machine: Machine, enabled: Sequence[str]) -> None:
    servers = [units.server(service) for service in SERVICES]
    for service in SERVICES:
        say(f"Starting {service.title}")
        unit = units.server(service)
        machine.run(service.title, ["systemctl", "restart", unit])
        if not machine.dry_run:
            port, given_up = int(setting(service, "PORT")), _watch(machine, unit)
            health.wait_ready(service, port, given_up=given_up)
    others = [name for name in enabled if name not in servers]
    machine.run("systemctl", ["systemctl", "restart", *others])


def _watch(machine: Machine, unit: str) -> Callable[[], str]:
    """Return what tells whether ``unit`` stops by itself again and again, with its last words."""

    def restarts() -> int:
        return int(machine.run("systemctl", ["systemctl", "show", "-P", "NRestarts", unit]))

    before = restarts()

    def given_up() -> str:
        if restarts() < before + _TRIES:
            return ""
        words = ["journalctl", "--quiet", "--no-pager", "--output=cat", "--lines=12", "-u", unit]
        return f"{unit} does not stay up. Its last words:\n{machine.run('journalctl', words)}"

    return given_up


def setting(service: Service, key: str) -> str:
    """Return a setting of ``service`` as its conf file has it, else its default."""
    stored = conf_file.read(configuration.conf_path(service))
    known = {option.key: option for option in (*COMMON, *service.all_options)}
    return stored.get(key, str(known[key].default))


def has_backup(release: Path) -> bool:
    """Tell whether the ``hm`` of this code can make back-ups."""
    return "hm backup" in (release / "hm").read_text() if release.exists() else False


def _remove_stale(machine: Machine, wanted: set[str]) -> None:
    """Stop and remove units of ours that this release does not have any more."""
    for path in sorted(UNITS.glob("hivematrix-*")):
        if path.name in wanted or not path.is_file() or not path.read_text().startswith(_MARK):
            continue
        say(f"{path.name} is not part of this release any more")
        machine.run("systemctl", ["systemctl", "--quiet", "disable", "--now", path.name])
        machine.remove(path)


def _write_commands(machine: Machine) -> None:
    machine.write(COMMANDS / "hm", units.fill("hm", {"current": str(CURRENT)}), mode=0o755)
    text = units.fill("hivematrix-manage", units.words(None))
    machine.write(COMMANDS / "hivematrix-manage", text, mode=0o755)
