"""The settings: ``HM_WEBHOOKS = {"EVENTS": {"invoice.issued": "…"}, "CAPABILITY": "…"}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def events() -> Mapping[str, str]:
    """Return the events of this module and what each means."""
    return dict(_settings()["EVENTS"])


def capability() -> str:
    """Return what somebody needs to keep endpoints."""
    return str(_settings()["CAPABILITY"])


def private_addresses() -> bool:
    """Tell whether endpoints may lie in one's own network, such as an automation server there."""
    return bool(_settings().get("PRIVATE_ADDRESSES", False))


def _settings() -> Mapping[str, Any]:
    found: Mapping[str, Any] = settings.HM_WEBHOOKS
    return found
