"""Caddy in front of the services: the Caddyfile, and giving it to Debian's Caddy."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template

from deploy.local.console import say
from deploy.local.services import Service
from deploy.server.configuration import Site
from deploy.server.layout import CADDY, UNITS
from deploy.server.machine import Machine

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_MAIN = CADDY / "Caddyfile"
_SITES = CADDY / "hivematrix.caddy"
_DROP_IN = UNITS / "caddy.service.d/hivematrix.conf"
_IMPORT = "import hivematrix.caddy"
_AUTHORITY = Path("/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt")
_SECONDS = 20
_TRUSTED = Path("/usr/local/share/ca-certificates/hivematrix-caddy.crt")

Value = Callable[[Service, str], str]  # what a service's configuration says of a key


def render(services: Sequence[Service], site: Site, value: Value) -> str:
    """Return the Caddyfile of all services; ``value(service, "PORT")`` is where each listens."""
    blocks = [
        _fill(
            "Caddyfile.site",
            host=site.host(service),
            port=value(service, "PORT"),
            max_request_mb=value(service, "MAX_REQUEST_MB"),
        )
        for service in services
    ]
    tls = "internal" if site.tls == "internal" else site.email
    return _fill("Caddyfile", tls=tls, sites="".join(blocks).rstrip())


def install(machine: Machine, sites: str) -> None:
    """Write the Caddyfile, have Caddy check it, and let it be used. Raises Problem."""
    machine.folder(_DROP_IN.parent)
    wanted = {_SITES: sites, _DROP_IN: _fill("caddy.conf")}
    if main := _main_file(machine):
        wanted[_MAIN] = main
    changed = {path for path, text in wanted.items() if machine.write(path, text)}
    machine.run(
        "Caddy finds its configuration wrong: caddy validate",
        ["caddy", "validate", "--config", _MAIN, "--adapter", "caddyfile"],
    )
    machine.run("systemctl", ["systemctl", "daemon-reload"])
    machine.run("systemctl", ["systemctl", "--quiet", "enable", "caddy"])
    # A reload finds Caddy by the address that is in the file: not when that has just changed.
    how = "restart" if changed & {_MAIN, _DROP_IN} else "reload-or-restart"
    machine.run("Caddy", ["systemctl", how, "caddy"])


def trust_own_authority(machine: Machine) -> None:
    """Let programs of this machine trust Caddy's internal authority, once Caddy has made it."""
    for _second in range(0 if machine.dry_run else _SECONDS):
        if _AUTHORITY.exists():
            if machine.write(_TRUSTED, _AUTHORITY.read_text(encoding="ascii")):
                machine.run("update-ca-certificates", ["update-ca-certificates"])
            return
        time.sleep(1)
    say(f"Caddy has not made {_AUTHORITY}; run this again.")


def _main_file(machine: Machine) -> str:
    """Return what /etc/caddy/Caddyfile becomes; nothing for a file that is somebody's own."""
    text = _MAIN.read_text(encoding="utf-8") if _MAIN.exists() else ""
    if _IMPORT in text:
        return ""
    if not text or _is_packaged(machine, text):
        return _fill("Caddyfile.main")
    say(f"{_MAIN} has sites of your own; a line is added at its end: {_IMPORT}")
    return f"{text.rstrip()}\n\n{_IMPORT}\n"


def _is_packaged(machine: Machine, text: str) -> bool:
    if machine.dry_run:
        return True
    listed = machine.run("dpkg-query", ["dpkg-query", "--show", "-f", "${Conffiles}", "caddy"])
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # dpkg's own choice
    return f"{_MAIN} {digest}" in listed


def _fill(template: str, **words: str) -> str:
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return Template(text).substitute(words)
