"""What the base template shows on every page of a module: name, menu, person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from hm_auth import registry
from hm_auth.access import may
from hm_auth.addresses import start_url
from hm_auth.answers import Caller
from hm_auth.conf import conf
from hm_auth.tokens import Claims
from hm_auth.ui.frame import Entry, OtherModule, Person, Sidebar
from hm_auth.ui.templatetags.hm import level_label, person_name

ACCOUNT_PATH = "/account"  # of Nexus


def hm(request: HttpRequest) -> dict[str, Any]:
    """Return ``hm``; on pages drawn before anybody was recognised, without a person."""
    account = start_url(conf.nexus_public_url, from_client=conf.client_id, next_path=ACCOUNT_PATH)
    return {"hm": shell(request, modules=lambda: _other_modules(request), account_url=account)}


def shell(
    request: HttpRequest, *, modules: Callable[[], Iterable[OtherModule]], account_url: str
) -> dict[str, Any]:
    """Return what the base template draws around a page of this service. Works in Nexus, too.

    Some pages are made of dozens of templates: what costs something is looked up when drawn.
    """
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    name = getattr(settings, "SERVICE_NAME", "")
    nav = navigation(request) if signed_in else ()
    others: Any = SimpleLazyObject(lambda: tuple(modules())) if signed_in else ()
    return {
        "service_name": name,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "service_icon": getattr(settings, "SERVICE_ICON", ""),
        "user": user,
        "nav": nav,
        "search": _search() if signed_in else None,
        "modules": others,
        "account_url": account_url if signed_in else "",
        "sidebar": lambda: Sidebar(name, _address("home"), nav, tuple(others)),
        "person": lambda: Person(person_name(user), user.username, level_label(user), account_url),
    }


def navigation(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the entries of ``HM_NAV`` this person may use."""
    return tuple(
        Entry(label, _address(url_name), icon, active=_is_below(request, url_name))
        for label, url_name, icon, capability in getattr(settings, "HM_NAV", ())
        if may(request.user, capability)
    )


def _search() -> tuple[str, str] | None:
    """Return label and address of what the top bar of every page searches (``HM_SEARCH``)."""
    if (found := getattr(settings, "HM_SEARCH", None)) is None:
        return None
    label, url_name = found
    return label, _address(url_name)


def _is_below(request: HttpRequest, url_name: str) -> bool:
    """Tell whether this page is the entry's own, or one below it (a company of "Companies")."""
    match = request.resolver_match
    if match is not None and match.view_name == url_name:
        return True
    address = _address(url_name)
    return address != "/" and request.path.startswith(address.rstrip("/") + "/")


def _address(url_name: str) -> str:
    return _kept_address(url_name, settings.ROOT_URLCONF)


@lru_cache(maxsize=256)
def _kept_address(url_name: str, urlconf: str) -> str:
    """Reverse a name of the menu once: every page shows them, and they do not change."""
    return reverse(url_name, urlconf=urlconf)


def _other_modules(request: HttpRequest) -> list[OtherModule]:
    claims: Claims | None = getattr(request.user, "claims", None)
    caller: Caller | None = getattr(request, "caller", None)
    if claims is None or caller is None:
        return []  # a module acting for itself looks at a page of the API
    return [
        OtherModule(
            client_id=module.client_id,
            name=module.name,
            icon=module.icon,
            description=module.description,
            url=start_url(module.url, from_client=conf.client_id),
        )
        for module in registry.menu(claims, caller.token)
        if module.client_id != conf.client_id
    ]
