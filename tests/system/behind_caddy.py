"""A real Caddy with its internal authority before the services: https on three host names."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.services import NEXUS, SERVICES, Service
from deploy.local.stack import Stack
from deploy.server import caddy
from deploy.server.configuration import Site
from hm_auth.service import conf_file

SITE = Site("hivematrix.test", "nobody@hivematrix.test", tls="internal")


class Https:
    """Where the services are found; ``authority`` is the hash of the key browsers may trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http_port, self.https_port, *ports = free_ports(2 + len(SERVICES))
        self.ports = {service.name: port for service, port in zip(SERVICES, ports, strict=True)}
        self.urls = {each.name: f"{SITE.url(each)}:{self.https_port}" for each in SERVICES}

    @property
    def caddyfile(self) -> str:
        """What a server gets, but for ports that anybody may open."""

        def value(service: Service, key: str) -> str:
            return {"PORT": str(self.ports[service.name]), "MAX_REQUEST_MB": "1"}[key]

        ports = f"http_port {self.http_port}\nhttps_port {self.https_port}"
        return (
            f"{{\n{ports}\nadmin off\nskip_install_trust\n}}\n{caddy.render(SERVICES, SITE, value)}"
        )

    @property
    def authority(self) -> str:
        """SHA-256 of the public key of the certificate that signs those of the three names."""
        file = self.folder / "data/caddy/pki/authorities/local/intermediate.crt"
        key = x509.load_pem_x509_certificate(file.read_bytes()).public_key()
        encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(encoded).digest()).decode()


@contextmanager
def behind_caddy(stack: Stack, folder: Path) -> Iterator[Https]:
    """Run a second process of each service on the same databases, and Caddy before them."""
    https = Https(folder)
    with ExitStack() as cleanup:
        cleanup.enter_context(_registered_as(stack, https.urls))
        started: dict[str, Process] = {}
        for service in SERVICES:
            environment = stack.env(service.name) | {
                "HM_PORT": str(https.ports[service.name]),
                "HM_PUBLIC_URL": https.urls[service.name],
                "HM_NEXUS_URL": f"http://127.0.0.1:{https.ports[NEXUS.name]}",
                "HM_NEXUS_PUBLIC_URL": https.urls[NEXUS.name],
            }
            command = [sys.executable, str(service.directory / "main.py")]
            process = Process(
                service.title, command, environment=environment, log=folder / f"{service.name}.log"
            )
            cleanup.callback(process.stop)
            started[service.name] = process
        for name, process in started.items():
            process.wait_ready(f"http://127.0.0.1:{https.ports[name]}/readyz")
        (folder / "Caddyfile").write_text(https.caddyfile)
        command = [str(Path(sys.executable).parent / "caddy"), "run", "--adapter", "caddyfile"]
        process = Process(
            "Caddy",
            [*command, "--config", str(folder / "Caddyfile")],
            environment={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"),
                         "XDG_CONFIG_HOME": str(folder / "config")},
            log=folder / "caddy.log",
        )  # fmt: skip
        cleanup.callback(process.stop)
        _wait_for_certificates(process, https)
        yield https


def _wait_for_certificates(process: Process, https: Https) -> None:
    issued = https.folder / "data/caddy/certificates/local"
    deadline = time.monotonic() + 20
    while len(list(issued.glob("*/*.crt"))) < len(SERVICES):
        if not process.is_alive or time.monotonic() > deadline:
            raise AssertionError((https.folder / "caddy.log").read_text()[-3000:])
        time.sleep(0.05)


@contextmanager
def _registered_as(stack: Stack, urls: dict[str, str]) -> Iterator[None]:
    """Let Nexus know the services by these addresses for a while."""
    conf = conf_file.read(Path(stack.env("nexus")["HM_INSTANCE_DIR"]) / "nexus.conf")

    def register(addresses: dict[str, str]) -> None:
        connection = psycopg2.connect(
            host="127.0.0.1", port=stack.env("nexus")["HM_DB_PORT"], dbname=conf["DB_NAME"],
            user=conf["DB_USER"], password=conf["DB_PASSWORD"],
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            for name, url in addresses.items():
                cursor.execute(
                    "UPDATE modules_module SET url = %s WHERE client_id = %s", [url, name]
                )
        connection.close()

    register(urls)
    try:
        yield
    finally:
        register(stack.urls)
