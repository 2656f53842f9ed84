"""Checking a module's own credentials (RFC 6749, section 2.3.1: HTTP Basic)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hm_auth import basic
from nexus.modules.models import Module
from nexus.signins import audit, throttle
from nexus.signins.exceptions import InvalidClient
from nexus.signins.models import EventKind


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a module says of itself."""

    client_id: str
    secret: str = field(repr=False)

    def fit(self, module: Module | None) -> bool:
        """Whether these are ``module``'s own, and it is in use."""
        return (
            module is not None
            and module.is_active
            and module.client_id == self.client_id
            and module.has_secret(self.secret)
        )


def parse_basic(header: str) -> Credentials | None:
    """Read an Authorization header; None when there is none of the scheme Basic.

    Raises InvalidClient when it cannot be read.
    """
    try:
        given = basic.parse_basic(header)
    except ValueError as error:
        raise InvalidClient from error
    return Credentials(*given) if given else None


def authenticate(credentials: Credentials, *, ip: str) -> Module:
    """Return the module that ``credentials`` are of. Raises InvalidClient or TooManyAttempts.

    A right secret is never refused for other people's wrong ones: it has 256 random bits, so the
    waiting protects Nexus from work, not the secret from guessing.
    """
    module: Module | None = Module.objects.filter(client_id=credentials.client_id).first()
    if module is not None and credentials.fit(module):
        return module
    refuse(credentials, ip=ip)
    raise InvalidClient


def refuse(credentials: Credentials, *, ip: str) -> None:
    """Count and record wrong credentials. Raises TooManyAttempts when there were too many."""
    # The address first and alone: while it waits, an invented client id leaves no row anywhere.
    throttle.count_attempt([throttle.client_address_counter(ip)])
    throttle.count_attempt([throttle.client_counter(credentials.client_id, ip)])
    audit.record(EventKind.CLIENT_REFUSED, client_id=credentials.client_id, ip=ip)
