"""What the base template shows on every page of a module: name, menu, person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hm_auth import registry
from hm_auth.access import may
from hm_auth.addresses import start_url
from hm_auth.answers import Caller
from hm_auth.conf import conf
from hm_auth.tokens import Claims

ACCOUNT_PATH = "/account"  # of Nexus


def hm(request: HttpRequest) -> dict[str, Any]:
    """Return ``hm``; on pages drawn before anybody was recognised, without a person."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    account = start_url(conf.nexus_public_url, from_client=conf.client_id, next_path=ACCOUNT_PATH)
    return {
        "hm": {
            "service_name": getattr(settings, "SERVICE_NAME", ""),
            "service_icon": getattr(settings, "SERVICE_ICON", ""),
            "user": user,
            "nav": navigation(request) if signed_in else [],
            "modules": _other_modules(request) if signed_in else [],
            "account_url": account if signed_in else "",
        }
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries of ``HM_NAV`` this person may use. Works in Nexus, too."""
    return [
        {
            "label": label,
            "url": reverse(url_name),
            "icon": icon,
            "active": _is_below(request, url_name),
        }
        for label, url_name, icon, capability in getattr(settings, "HM_NAV", ())
        if may(request.user, capability)
    ]


def _is_below(request: HttpRequest, url_name: str) -> bool:
    """Tell whether this page is the entry's own, or one below it (a company of "Companies")."""
    match = request.resolver_match
    if match is not None and match.view_name == url_name:
        return True
    address = reverse(url_name)
    return address != "/" and request.path.startswith(address.rstrip("/") + "/")


def _other_modules(request: HttpRequest) -> list[dict[str, str]]:
    claims: Claims | None = getattr(request.user, "claims", None)
    caller: Caller | None = getattr(request, "caller", None)
    if claims is None or caller is None:
        return []  # a module acting for itself looks at a page of the API
    return [
        {
            "client_id": module.client_id,
            "name": module.name,
            "icon": module.icon,
            "description": module.description,
            "url": start_url(module.url, from_client=conf.client_id),
        }
        for module in registry.menu(claims, caller.token)
        if module.client_id != conf.client_id
    ]
