"""Registering a module with Nexus: an administrator's sign-in in exchange for a client secret."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from hm_auth.service.description import Service

TIMEOUT_SECONDS = 10


class RegistrationError(Exception):
    """Nexus refused or did not answer; ``code`` is Nexus's own word for it, "" without one."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """urllib would carry the Authorization header to wherever it is sent."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


# No proxy either: Nexus and its modules belong to one installation, and credentials are sent.
_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def sign_in(nexus_url: str, username: str, password: str) -> str:
    """Return an access token of the administrator. Raises RegistrationError."""
    answer = _post(nexus_url, "/api/token/", {"username": username, "password": password})
    return _text(answer, "access")


def register(nexus_url: str, token: str, service: Service, public_url: str) -> str:
    """Create the module in Nexus and return its client secret, which Nexus shows only now.

    Raises RegistrationError, with code ``module_exists`` when Nexus already has it.
    """
    module = {
        "client_id": service.name,
        "name": service.title,
        "url": public_url,
        "icon": service.icon,
        "description": service.description,
        "scopes": list(service.scopes),
    }
    return _text(_post(nexus_url, "/api/modules/", module, token), "client_secret")


def new_secret(nexus_url: str, token: str, service: Service) -> str:
    """Return a fresh client secret of a module Nexus has; the old one ends. RegistrationError."""
    path = f"/api/modules/{quote(service.name, safe='')}/secret/"
    return _text(_post(nexus_url, path, {}, token), "client_secret")


def command(service: Service, public_url: str) -> str:
    """Return the command that registers the module when run where Nexus is."""
    words = ["python", "nexus_project/manage.py", "register_module", service.name]
    words += ["--name", service.title, "--url", public_url, "--icon", service.icon]
    words += ["--description", service.description, "--scopes", ",".join(service.scopes)]
    return shlex.join(words)


def _post(nexus_url: str, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    address = nexus_url.rstrip("/") + path
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return _json(response.read())
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error.code, _json(error.read())) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise RegistrationError(f"Nexus does not answer at {nexus_url} ({reason}).") from None


def _refusal(status: int, problem: dict[str, Any]) -> RegistrationError:
    code = str(problem.get("code", ""))
    detail = str(problem.get("detail") or problem.get("title") or "")
    sentences = {
        "invalid_credentials": "Nexus does not accept this username and password.",
        "too_many_attempts": "Too many attempts: Nexus wants you to wait a few minutes.",
        "permission_denied": "This account may not register modules; an administrator may.",
    }
    if status == 403 and code not in sentences:
        code = "permission_denied"
    return RegistrationError(
        sentences.get(code) or f"Nexus answered {status}{f': {detail}' if detail else ''}.", code
    )


def _json(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise RegistrationError(f"This address answers, but not as Nexus does: no {key}.")
    return value
