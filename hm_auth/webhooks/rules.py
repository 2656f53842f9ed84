"""What is pure about webhooks: signatures, when to try again, which addresses are allowed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

# After each failed attempt; after the last one it is given up (about three days in all).
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=36),
)
PREFIX = "whsec_"


def new_secret() -> str:
    """Return a new secret: 32 random bytes in base64 behind ``whsec_``."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, *, ident: str, timestamp: int, body: str) -> str:
    """Return the header ``webhook-signature`` (Standard Webhooks, "Signature scheme", HMAC-SHA256).

    ``timestamp`` is in seconds since 1970. Raises ValueError for what is no secret.
    """
    if not secret.startswith(PREFIX):
        raise ValueError("a secret begins with whsec_")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = f"{ident}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after ``attempts`` failed ones (1 or more); None is giving up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def is_public(address: str) -> bool:
    """Tell whether an IP address lies in the internet, and not in this machine or network."""
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global) and not found.is_multicast


def problem_of(url: str, *, private: bool) -> str:
    """Return what is wrong with the address of an endpoint, or "".

    With ``private`` plain http is allowed: to a program in one's own network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not an address."
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "Give an address that begins with https://."
    if parts.scheme == "http" and not private:
        return "Use https: what is sent could be read on its way."
    if parts.username or parts.password:
        return "Leave name and password out of the address; the signature proves who sends."
    if parts.fragment:
        return "Leave out what follows the #."
    return ""
