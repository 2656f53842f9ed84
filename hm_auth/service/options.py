"""The settings a service can have: their names, types, defaults and what makes a value wrong."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class _Required(Enum):
    REQUIRED = "required"


REQUIRED = _Required.REQUIRED


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. ``cast`` is str, int, bool or list (comma separated).

    ``check`` gets the typed value and raises ValueError with a sentence that completes
    "<KEY> ...", such as "must be between 1 and 65535".
    """

    key: str
    cast: type = str
    default: Any = REQUIRED
    help: str = ""
    check: Callable[[Any], None] | None = None


def one_of(*choices: str) -> Callable[[str], None]:
    """Return a check that accepts only ``choices``."""

    def check(value: str) -> None:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")

    return check


def between(least: int, most: int) -> Callable[[int], None]:
    """Return a check that accepts whole numbers from ``least`` to ``most``."""

    def check(value: int) -> None:
        if not least <= value <= most:
            raise ValueError(f"must be between {least} and {most}")

    return check


def web_address(value: str) -> None:
    """Accept ``http://host[:port]`` or https, nothing behind it: addresses are joined to it."""
    problem = ValueError("must look like https://host or http://host:port, with nothing behind it")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise problem from None
    if not usable or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise problem


def time_zone(value: str) -> None:
    """Accept a name of the IANA time zone database."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Berlin") from None


def networks(values: list[str]) -> None:
    """Accept addresses and networks such as ``10.0.0.0/8``."""
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            raise ValueError(f"must be addresses or networks; {value} is neither") from None


COMMON: tuple[Option, ...] = (
    Option("SECRET_KEY", help="Signs cookies and links. Random; never share or change it."),
    Option("DEBUG", bool, False, "Never in production."),
    Option("PUBLIC_URL", help="Where browsers find this service.", check=web_address),
    Option("ALLOWED_HOSTS", list, (), "More host names than the one of PUBLIC_URL."),
    Option("HOST", str, "127.0.0.1", "Address to listen on."),
    Option("PORT", int, help="Port to listen on.", check=between(1, 65535)),
    Option("THREADS", int, 8, "Threads that answer requests.", between(1, 256)),
    Option("MAX_REQUEST_MB", int, 25, "Largest request accepted.", between(1, 4096)),
    Option(
        "TRUSTED_PROXIES",
        list,
        ("127.0.0.1", "::1"),
        "Addresses or networks whose X-Forwarded-For is believed.",
    ),
    Option("METRICS_FROM", list, ("127.0.0.1", "::1"), "Who may read /metrics.", networks),
    Option("SENTRY_DSN", str, "", "Where errors are reported, if anywhere."),
    Option("DB_HOST", str, "127.0.0.1", "The PostgreSQL server."),
    Option("DB_PORT", int, 5432, check=between(1, 65535)),
    Option("DB_NAME"),
    Option("DB_USER"),
    Option("DB_PASSWORD", str, ""),
    Option("STATIC_DIR", str, "", "Where collected static files lie; empty: with this file."),
    Option("DB_REPLICA_HOST", str, "", "Streaming replicas, commas between: reports read there."),
    Option("DB_POOLED", bool, False, "The server is PgBouncer, pooling by transaction."),
    Option("TIME_ZONE", str, "UTC", "Times are shown in this zone.", time_zone),
    Option("LOG_FORMAT", str, "json", "json or text.", one_of("json", "text")),
    Option("LOG_LEVEL", str, "INFO", check=one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
    Option("EMAIL_URL", str, "consolemail://", "smtp+tls://user:password@host:587"),
    Option("EMAIL_FROM", str, "HiveMatrix <noreply@localhost>"),
)


def redis_address(value: str) -> None:
    """Accept nothing, or the address of a Redis."""
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must be like redis://:password@host:6379/0")


WORKER: tuple[Option, ...] = (
    Option(
        "REDIS_URL",
        str,
        "",
        "Redis where background work waits; empty: the database.",
        redis_address,
    ),
)

MODULE: tuple[Option, ...] = (
    Option("NEXUS_URL", help="Where this module reaches Nexus.", check=web_address),
    Option(
        "NEXUS_PUBLIC_URL",
        str,
        "",
        "Where browsers find Nexus, if that is another address.",
        web_address,
    ),
    Option(
        "GRACE_SECONDS", int, 3600, "How long people go on while Nexus is down.", between(0, 86400)
    ),
    Option("CLIENT_ID", help="The name Nexus knows this module by."),
    Option("CLIENT_SECRET", help="Given by Nexus when the module was registered."),
)
