"""What ``hm doctor`` asks over the network: services, Nexus, clocks, certificates."""

from __future__ import annotations

import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.local.services import Service
from hm_auth.service.config import Config
from hm_auth.service.findings import Finding, fail, ok, warn

SYSTEMD = Path("/run/systemd/system")
_SECONDS = 5
_TOLERATED = 5  # seconds; what hm_auth.tokens forgives


def answering(service: Service, config: Config) -> Finding:
    """Ask the process itself whether it can serve people."""
    host = config["HOST"] if config["HOST"] not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{config['PORT']}/readyz"
    advice = f"Start it: {service.directory / 'main.py'}, or ./hm demo"
    if SYSTEMD.exists():
        unit = f"hivematrix-{service.name}"
        advice = f"systemctl restart {unit}; why it does not run: journalctl -u {unit}"
    try:
        _get(url)
    except urllib.error.HTTPError as error:
        return fail("service", f"runs but is not ready ({error.code}): {_words(error)}", advice)
    except OSError as error:
        return fail("service", f"does not answer at {url}: {_reason(error)}", advice)
    return ok("service", f"answers at {url} and is ready")


def nexus(config: Config) -> Iterator[Finding]:
    """Ask Nexus from where this module does: its keys are readable, its clock is ours."""
    url = f"{config['NEXUS_URL'].rstrip('/')}/.well-known/jwks.json"
    asked = time.time()
    try:
        headers = _get(url)
    except OSError as error:
        advice = "Is NEXUS_URL right, and Nexus running? Nobody can sign in meanwhile."
        yield fail("Nexus", f"cannot be reached at {url}: {_reason(error)}", advice)
        return
    yield ok("Nexus", f"reached at {config['NEXUS_URL']}")
    if date := headers.get("Date"):
        yield clock(parsedate_to_datetime(date).timestamp() - asked)


def clock(off: float) -> Finding:
    """Judge how many seconds Nexus's clock is before ours; its Date counts whole seconds."""
    text = f"{abs(off):.0f} seconds from Nexus's"
    advice = "Tokens are refused when clocks differ: timedatectl set-ntp true, on both machines."
    if abs(off) > _TOLERATED + 1:
        return fail("clock", text, advice)
    return warn("clock", text, advice) if abs(off) > 2.5 else ok("clock", text)


def certificate(config: Config, *, now: datetime | None = None) -> Iterator[Finding]:
    """Look how long the certificate of an https address is good for."""
    parts = urlsplit(config["PUBLIC_URL"])
    if parts.scheme != "https":
        yield warn("certificate", f"{config['PUBLIC_URL']} is not https", "Put Caddy in front.")
        return
    host, port = str(parts.hostname), parts.port or 443
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            facts: Any = secure.getpeercert()
    except OSError as error:  # ssl.SSLError is one
        yield fail("certificate", f"of {host}: {_reason(error)}", "See journalctl -u caddy.")
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(facts["notAfter"]), UTC)
    yield expiry(host, (ends - (now or datetime.now(UTC))).days)


def expiry(host: str, days: int) -> Finding:
    """Judge a certificate by the days it has left; Caddy renews with a third of its time left."""
    text = f"of {host} is good for {days} days"
    advice = "It should have been renewed by itself: journalctl -u caddy."
    if days < 3:
        return fail("certificate", text, advice)
    return warn("certificate", text, advice) if days < 10 else ok("certificate", text)


def _get(url: str) -> Any:
    # Our own addresses, and no proxy of the environment between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=_SECONDS) as answer:
        answer.read()
        return answer.headers


def _words(error: urllib.error.HTTPError) -> str:
    return error.read(500).decode(errors="replace").strip()


def _reason(error: OSError) -> str:
    inner = getattr(error, "reason", error)
    return str(getattr(inner, "strerror", "") or inner)
