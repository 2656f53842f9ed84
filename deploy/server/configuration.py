"""The conf file of each service, written before its init_db.py runs: that has to ask nothing."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.console import say
from deploy.local.services import NEXUS, Service
from deploy.server.layout import CONFIGURATION, DATA, USER
from deploy.server.machine import Machine
from hm_auth.service import conf_file

OWN = CONFIGURATION / "installation.conf"


@dataclass(frozen=True, slots=True)
class Site:
    """What a person decides about an installation; kept in ``installation.conf``."""

    domain: str
    email: str
    time_zone: str = "UTC"
    tls: str = "public"  # or "internal": certificates of Caddy's own authority

    def host(self, service: Service) -> str:
        """Return the host name of ``service``."""
        return f"{service.name}.{self.domain}"

    def url(self, service: Service) -> str:
        """Return where browsers find ``service``."""
        return f"https://{self.host(service)}"


def load_site() -> dict[str, str]:
    """Return what an earlier run wrote down; empty at the first."""
    return conf_file.read(OWN)


def write_site(machine: Machine, site: Site) -> None:
    """Write down what was decided, for the next run."""
    values = {"DOMAIN": site.domain, "EMAIL": site.email, "TLS": site.tls}
    text = "# Written by deploy/install.sh, which reads it at the next run.\n"
    text += "".join(f"{key}={conf_file.quote(value)}\n" for key, value in values.items())
    machine.write(OWN, text)


def conf_path(service: Service) -> Path:
    """Return where the configuration of ``service`` lies on a server."""
    return CONFIGURATION / f"{service.name}.conf"


def folders(service: Service) -> dict[str, Path]:
    """Return the folders a service keeps files in: each of its options named ``…_DIR``."""
    keys = [option.key for option in service.options if option.key.endswith("_DIR")]
    return {key: DATA / f"{service.name}-{key.removesuffix('_DIR').lower()}" for key in keys}


def ensure(
    machine: Machine, service: Service, site: Site, *, database_port: int, email_url: str
) -> dict[str, str]:
    """Write the values that are missing in the service's file, change none, and return them all.

    Secrets are made here and live nowhere else. root owns the file and the service may read it.
    """
    wanted = {
        "PUBLIC_URL": site.url(service),
        "PORT": str(service.port),
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(database_port),
        "DB_NAME": service.name,
        "DB_USER": service.name,
        "DB_PASSWORD": secrets.token_urlsafe(32),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TIME_ZONE": site.time_zone,
        "EMAIL_URL": email_url,
        "EMAIL_FROM": f"HiveMatrix <noreply@{site.domain}>",
        **{key: str(path) for key, path in folders(service).items()},
    }
    if service.is_module:
        wanted |= {
            "NEXUS_URL": f"http://127.0.0.1:{NEXUS.port}",
            "NEXUS_PUBLIC_URL": site.url(NEXUS),
            "CLIENT_ID": service.name,
            "CLIENT_SECRET": secrets.token_urlsafe(32),
        }
    path = conf_path(service)
    if machine.dry_run:
        missing = [key for key in wanted if key not in conf_file.read(path)]
        say(f"  would add to {path}: {', '.join(missing) or 'nothing'}")
        return wanted
    conf_file.add_missing(path, wanted, {})
    _let_service_read(path)
    for folder in folders(service).values():
        machine.folder(folder, mode=0o750, owner=USER)
    return conf_file.read(path)


def _let_service_read(path: Path) -> None:
    shutil.chown(path, "root", USER)
    path.chmod(0o640)
