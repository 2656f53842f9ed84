"""The part of init_db.py that gets a module its client secret from Nexus."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from hm_auth.service import registration
from hm_auth.service.description import Service
from hm_auth.service.terminal import SetupError, Terminal

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def obtain_secret(
    service: Service, terminal: Terminal, *, nexus_url: str, public_url: str, username: str
) -> str:
    """Register ``service`` as an administrator of Nexus; return its secret. Raises SetupError.

    The administrator's password comes from HM_NEXUS_PASSWORD or is asked for; it is kept nowhere.
    """
    parts = urlsplit(nexus_url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        print(f"Warning: {nexus_url} is not https; the password travels in the clear.")
    while True:
        if terminal.interactive:
            print("An administrator of Nexus registers this module.")
        name = username or terminal.ask("Nexus username", "admin")
        password = os.environ.get("HM_NEXUS_PASSWORD") or terminal.ask_secret("Nexus password")
        try:
            token = registration.sign_in(nexus_url, name, password)
            return _register(service, terminal, nexus_url, token, public_url)
        except registration.RegistrationError as error:
            print(error, file=sys.stderr)
        if not terminal.confirm("Try again?", default=True):
            raise SetupError(
                f"{service.title} is not registered with Nexus. Run again, or with "
                "--skip-registration to do it later."
            )


def _register(
    service: Service, terminal: Terminal, nexus_url: str, token: str, public_url: str
) -> str:
    try:
        secret = registration.register(nexus_url, token, service, public_url)
    except registration.RegistrationError as error:
        if error.code != "module_exists":
            raise
        question = f"Nexus already knows {service.name}. Give it a new secret (the old one ends)?"
        if not terminal.confirm(question, default=False):
            raise SetupError(
                f"Nexus already knows {service.name}. Give its secret as HM_CLIENT_SECRET."
            ) from None
        secret = registration.new_secret(nexus_url, token, service)
    print(f"Registered {service.name} with Nexus.")
    return secret
