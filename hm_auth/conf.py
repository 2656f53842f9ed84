"""The settings of this package: ``HM_AUTH`` of a module, as typed properties with their defaults.

Read afresh at each use, so that tests and ``override_settings`` need no ceremony.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

KNOWN = frozenset(
    {
        "NEXUS_URL",
        "NEXUS_PUBLIC_URL",
        "ISSUER",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "CA_BUNDLE",
        "CONNECT_TIMEOUT",
        "READ_TIMEOUT",
        "REFRESH_BEFORE_SECONDS",
        "RETRY_SECONDS",
        "GRACE_SECONDS",
        "MENU_SECONDS",
        "STALE_SECONDS",
        "CAPABILITIES",
    }
)


class Settings:
    """Typed access to ``settings.HM_AUTH``."""

    @property
    def raw(self) -> Mapping[str, Any]:
        return getattr(settings, "HM_AUTH", {})

    @property
    def nexus_url(self) -> str:
        """Where this module reaches Nexus, without a final slash."""
        return str(self.raw.get("NEXUS_URL", "")).rstrip("/")

    @property
    def nexus_public_url(self) -> str:
        """Where browsers find Nexus; the same address unless a proxy stands between."""
        return str(self.raw.get("NEXUS_PUBLIC_URL") or self.nexus_url).rstrip("/")

    @property
    def issuer(self) -> str:
        """The ``iss`` of acceptable tokens: Nexus's public URL."""
        return str(self.raw.get("ISSUER") or self.nexus_public_url)

    @property
    def client_id(self) -> str:
        return str(self.raw.get("CLIENT_ID", ""))

    @property
    def client_secret(self) -> str:
        return str(self.raw.get("CLIENT_SECRET", ""))

    @property
    def ca_bundle(self) -> str | bool:
        """Path of the certificates Nexus's is checked against; True for the usual ones."""
        return str(self.raw["CA_BUNDLE"]) if self.raw.get("CA_BUNDLE") else True

    @property
    def timeouts(self) -> tuple[float, float]:
        """Seconds to wait for a connection and for the answer."""
        return (
            float(self.raw.get("CONNECT_TIMEOUT", 2)),
            float(self.raw.get("READ_TIMEOUT", 5)),
        )

    @property
    def refresh_before(self) -> float:
        """How many seconds before it expires an access token is replaced."""
        return float(self.raw.get("REFRESH_BEFORE_SECONDS", 30))

    @property
    def retry_after(self) -> float:
        """How many seconds Nexus is left alone after it did not answer."""
        return float(self.raw.get("RETRY_SECONDS", 15))

    @property
    def grace(self) -> float:
        """How many seconds a person may go on after the access token expired, Nexus being down."""
        return float(self.raw.get("GRACE_SECONDS", 3600))

    @property
    def menu_seconds(self) -> float:
        """How many seconds the list of modules is good for without asking again."""
        return float(self.raw.get("MENU_SECONDS", 60))

    @property
    def stale_seconds(self) -> int:
        """How many seconds an answer of Nexus is kept to be shown when Nexus is down."""
        return int(self.raw.get("STALE_SECONDS", 24 * 3600))

    @property
    def capabilities(self) -> Mapping[str, Iterable[str]]:
        """The module's own rows of the table in ``permissions``."""
        capabilities: Mapping[str, Iterable[str]] = self.raw.get("CAPABILITIES", {})
        return capabilities


conf = Settings()
