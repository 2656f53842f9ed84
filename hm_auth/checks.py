"""System checks: every misconfiguration of a module, found before it serves anybody."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error

from hm_auth.conf import KNOWN, conf
from hm_auth.permissions import CAPABILITIES, Level

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION = "hm_auth.authentication.AuthenticationMiddleware"
REQUEST_ID = "hm_auth.middleware.RequestIdMiddleware"
POLICY = "hm_auth.middleware.ContentSecurityPolicyMiddleware"
CONTEXT = "hm_auth.context.hm"


@checks.register("hm_auth")
def check_settings(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - the framework's signature
    **options: Any,  # noqa: ARG001
) -> list[CheckMessage]:
    """Return what is wrong with the settings of this module."""
    return [*_nexus(), *_capabilities(), *_django(), *_middleware()]


def _nexus() -> Iterator[CheckMessage]:
    for key in ("NEXUS_URL", "CLIENT_ID", "CLIENT_SECRET"):
        if not conf.raw.get(key):
            yield Error(f'HM_AUTH["{key}"] is not set.', hint="Run init_db.py.", id="hm_auth.E001")
    for key in ("NEXUS_URL", "NEXUS_PUBLIC_URL", "ISSUER"):
        value = str(conf.raw.get(key) or "")
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
            yield Error(f'HM_AUTH["{key}"] is not an http or https address.', id="hm_auth.E002")
    url = urlsplit(conf.nexus_url)
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        yield checks.Warning(
            "Passwords travel to Nexus unencrypted.",
            hint='Use an https address in HM_AUTH["NEXUS_URL"].',
            id="hm_auth.W003",
        )
    if unknown := sorted(set(conf.raw) - KNOWN):
        yield Error(f"HM_AUTH has unknown keys: {', '.join(unknown)}.", id="hm_auth.E004")
    if min(conf.timeouts) <= 0 or conf.grace < 0 or conf.retry_after <= 0:
        yield Error(
            "HM_AUTH: timeouts and RETRY_SECONDS are above 0, GRACE_SECONDS is not below.",
            id="hm_auth.E005",
        )


def _capabilities() -> Iterator[CheckMessage]:
    known_levels = {level.value for level in Level}
    for name, levels in conf.capabilities.items():
        if name in CAPABILITIES:
            yield Error(f"The capability {name} is HiveMatrix's own.", id="hm_auth.E006")
        if strange := sorted({str(level) for level in levels} - known_levels):
            yield Error(
                f"The capability {name} names unknown levels: {', '.join(strange)}.",
                id="hm_auth.E007",
            )
    for label, _, _, capability in getattr(settings, "HM_NAV", ()):
        if capability not in CAPABILITIES and capability not in conf.capabilities:
            yield Error(f"HM_NAV: {label} needs the unknown {capability}.", id="hm_auth.E008")


def _django() -> Iterator[CheckMessage]:
    expected = {
        "SESSION_ENGINE": ("hm_auth.session", "hm_auth.E009"),
        "AUTH_USER_MODEL": ("hm_auth.User", "hm_auth.E010"),
        "AUTHENTICATION_BACKENDS": (["hm_auth.backends.NexusBackend"], "hm_auth.E011"),
    }
    for name, (value, identity) in expected.items():
        if getattr(settings, name, None) != value:
            yield Error(f"{name} has to be {value!r}.", id=identity)
    processors = [
        processor
        for engine in settings.TEMPLATES
        for processor in engine.get("OPTIONS", {}).get("context_processors", ())
    ]
    if CONTEXT not in processors:
        yield Error(f"The context processor {CONTEXT} is missing.", id="hm_auth.E012")
    for name in ("SERVICE_NAME", "SERVICE_ICON", "HM_NAV"):
        if not hasattr(settings, name):
            yield Error(f"{name} is not set.", id="hm_auth.E013")


def _middleware() -> Iterator[CheckMessage]:
    order = list(settings.MIDDLEWARE)
    missing = [name for name in (REQUEST_ID, POLICY, SESSIONS, AUTHENTICATION) if name not in order]
    if missing:
        yield Error(f"MIDDLEWARE lacks {', '.join(missing)}.", id="hm_auth.E014")
        return
    if order[0] != REQUEST_ID:
        yield Error(f"{REQUEST_ID} has to be the first.", id="hm_auth.E015")
    if order.index(SESSIONS) > order.index(AUTHENTICATION):
        yield Error(f"{AUTHENTICATION} has to come after {SESSIONS}.", id="hm_auth.E016")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
