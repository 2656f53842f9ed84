"""What deploy/install.sh does once Debian's packages are there: install, upgrade, or go back."""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from deploy.local.console import Problem, run, say
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES
from deploy.server import activation, configuration, releases, setup
from deploy.server.configuration import Site
from deploy.server.layout import (
    BACKUPS,
    COMMANDS,
    CONFIGURATION,
    CURRENT,
    DATA,
    HOME,
    RELEASES,
    USER,
)
from deploy.server.machine import Machine, require_root
from hm_auth.service import conf_file

_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ZONES = Path("/usr/share/zoneinfo")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def install(options: argparse.Namespace) -> None:
    """Install or upgrade this machine to the code beside this file. Raises Problem."""
    machine = Machine(dry_run=options.dry_run)
    if not options.dry_run:
        require_root()
    before = releases.current()
    site = _decide(options)
    say(f"{'Upgrading' if before else 'Installing'} HiveMatrix for {site.domain}")
    _make_folders(machine)
    configuration.write_site(machine, site)
    if before:
        _back_up(machine)
    release = releases.make(machine, SERVICES)
    setup.set_up(machine, release, site, email_url=_mail_server())
    link = "" if before else setup.admin_link(machine, release, site.email)
    _activate(machine, release, site, before, start=not options.no_start)
    releases.prune(machine)
    _say_what_stays({"TIME_ZONE": options.time_zone, "EMAIL_URL": os.environ.get("HM_EMAIL_URL")})
    if options.dry_run:
        say("Nothing was changed.")
    else:
        _welcome(site, link)


def activate(options: argparse.Namespace) -> None:
    """Make the release this file lies in the one in use, without migrating. Raises Problem."""
    machine = Machine(dry_run=options.dry_run)
    if not options.dry_run:
        require_root()
    releases.require_complete(ROOT)
    _activate(machine, ROOT, _decide(options), releases.current(), start=not options.no_start)
    say(f"{ROOT.name} is in use. The databases are as they were.")


def _activate(
    machine: Machine, release: Path, site: Site, before: Path | None, *, start: bool
) -> None:
    try:
        activation.activate(machine, release, site, start=start)
    finally:
        if before and before != release and not machine.dry_run:
            say(f"To go back to {before.name}: {before}/deploy/install.sh --activate")
            say("If tables were changed, restore the back-up too: docs/installation.md, Going back")


def _decide(options: argparse.Namespace) -> Site:
    """Return what was decided at an earlier run, by flags, or now by whoever sits there."""
    stored = configuration.load_site()
    for key, given in (("DOMAIN", options.domain), ("EMAIL", options.email), ("TLS", options.tls)):
        if given and stored.get(key, given) != given:
            raise Problem(
                f"This installation has {key} {stored[key]}. docs/installation.md has what to "
                "change for another one."
            )
    domain = stored.get("DOMAIN") or options.domain or _ask(options, "Domain", "msp.example.com")
    email = stored.get("EMAIL") or options.email or _ask(options, "Your e-mail address", "")
    _check(domain, email, options.time_zone)
    zone = options.time_zone or _system_time_zone()
    return Site(domain, email, zone, stored.get("TLS") or options.tls or "public")


def _check(domain: str, email: str, time_zone: str | None) -> None:
    """Raise Problem for what cannot be: it would be written down and not asked for again."""
    if not domain:
        raise Problem("Say which domain it is for: --domain msp.example.com")
    if not email:
        raise Problem("Say the administrator's e-mail address: --email you@msp.example.com")
    if not _DOMAIN.fullmatch(domain):
        raise Problem(f"{domain} is no domain such as msp.example.com: --domain")
    if not _EMAIL.fullmatch(email):
        raise Problem(f"{email} is no e-mail address: --email")
    if time_zone and _ZONES.exists() and not (_ZONES / time_zone).is_file():
        raise Problem(f"{time_zone} is no time zone such as Europe/Berlin: --time-zone")


def precheck(options: argparse.Namespace) -> None:
    """Raise Problem for what can be told before Debian's packages are there; ask nothing yet."""
    if not options.activate:
        will_ask = sys.stdin.isatty() and not options.yes
        stored = configuration.load_site()
        domain = stored.get("DOMAIN") or options.domain or ("later.example" if will_ask else "")
        email = stored.get("EMAIL") or options.email or ("later@later.example" if will_ask else "")
        _check(domain, email, options.time_zone)


def _ask(options: argparse.Namespace, question: str, example: str) -> str:
    if options.yes or not sys.stdin.isatty():
        return ""
    hint = f" (such as {example})" if example else ""
    return input(f"{question}{hint}: ").strip()


def _system_time_zone() -> str:
    """Return the name of this machine's time zone."""
    link = Path("/etc/localtime")
    parts = str(link.resolve()).partition("/zoneinfo/")
    return parts[2] if parts[2] and "/" in parts[2] else "UTC"


def _mail_server() -> str:
    """Return where mails go: as told, else to the mail server of this machine."""
    return os.environ.get("HM_EMAIL_URL") or "smtp://127.0.0.1:25"


def _say_what_stays(told: Mapping[str, str | None]) -> None:
    """Say which wishes were not followed: what a conf file has is never changed."""
    for service in SERVICES:
        stored = conf_file.read(configuration.conf_path(service))
        for key, value in told.items():
            if value and stored.get(key, value) != value:
                say(
                    f"{key} stays as it is in {configuration.conf_path(service)}: change it there, "
                    f"then systemctl restart 'hivematrix-{service.name}*'"
                )


def _make_folders(machine: Machine) -> None:
    machine.add_user()
    for folder in (HOME, RELEASES):
        machine.folder(folder)
    machine.folder(CONFIGURATION, mode=0o750, group=USER)
    machine.folder(DATA, mode=0o750, group=USER)
    machine.folder(BACKUPS, mode=0o700, owner=USER)


def _back_up(machine: Machine) -> None:
    """Make a back-up with the release in use, if it can. Raises Problem when that fails."""
    if not activation.has_backup(CURRENT):
        say("The release in use cannot make back-ups: none is made")
        return
    say("Making a back-up")
    say(machine.run("The back-up", [COMMANDS / "hm", "backup"], user=USER).strip())


def _welcome(site: Site, link: str) -> None:
    say()
    say("HiveMatrix is installed." if link else "HiveMatrix is up to date.")
    say()
    for service in SERVICES:
        say(f"  {service.title:<9} {site.url(service):<40} {service.description}")
    if nameless := [site.host(each) for each in SERVICES if not _is_known(site.host(each))]:
        say()
        say(f"No address is known for {', '.join(nameless)}: let the names point to this machine.")
    say()
    if link:
        say("Choose the password of the account admin; this link works once, for one hour:")
        say(f"  {link}")
        say("A new one: hivematrix-manage nexus admin_link --username admin")
        say()


def _is_known(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 443))
    except OSError:
        return False


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; the script itself has the help."""

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message[:1].upper()}{message[1:]}. See deploy/install.sh --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="deploy/install.sh", allow_abbrev=False)
    parser.add_argument("--domain", type=str.lower)
    parser.add_argument("--email")
    parser.add_argument("--tls", choices=["public", "internal"])
    parser.add_argument("--time-zone")
    for flag in ("--yes", "--no-start", "--dry-run", "--activate", "--precheck"):
        parser.add_argument(flag, action="store_true")
    return parser


def main() -> None:
    """Entry point of deploy/install.sh."""
    options = _parser().parse_args()
    try:
        if options.precheck:
            precheck(options)
        elif options.activate:
            activate(options)
        else:
            install(options)
    except conf_file.ConfFileError as error:
        raise Problem(str(error)) from None
    except PermissionError as error:  # a dry run of somebody else
        raise Problem(f"{error.filename} is not for you to read: run this as root.") from None


if __name__ == "__main__":
    run(main)
