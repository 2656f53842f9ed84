"""Addresses in this service that came from outside: a page to go to next, and nothing else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Return the ``next`` of form or query if it is a path of this service, or ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(wanted) else default


def is_own_path(address: str) -> bool:
    """Tell whether ``address`` is a path of this very service; hosts, even our own, are refused."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def start_url(base: str, *, from_client: str, next_path: str = "") -> str:
    """Return the address that opens another service with the sign-in of ``from_client``."""
    query = {"from": from_client, **({"next": next_path} if next_path else {})}
    return f"{base}/auth/start?{urlencode(query)}"


def authorize_target(path: str) -> str:
    """Return the client id a ``next`` path will hand the sign-in on to, or an empty string."""
    parts = urlsplit(path)
    if parts.path != reverse("hm_auth:authorize"):
        return ""
    return parse_qs(parts.query).get("client_id", [""])[0]


def origin(address: str) -> str:
    """Return scheme and host of ``address``."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
