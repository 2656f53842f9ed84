"""The admin's look and side bar, in the colours of ``hm_auth.ui``."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

# Group, then entries: title, icon (Material Symbols, which unfold carries), model.
ENTRIES = (
    (
        "Directory",
        (
            ("Companies", "domain", "directory.Company"),
            ("Contacts", "contacts", "directory.Contact"),
            ("Locations", "location_on", "directory.Location"),
        ),
    ),
    (
        "Access",
        (
            ("Users", "group", "accounts.User"),
            ("Sign-ins", "devices", "signins.SignIn"),
            ("API tokens", "key", "api_tokens.ApiToken"),
            ("Events", "history", "signins.Event"),
            ("Modules", "hexagon", "modules.Module"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar: the models this person may see, and the way home."""
    home = {
        "title": "Back to Nexus",
        "icon": "arrow_back",
        "link": reverse("home"),
        "active": False,
    }
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, entries in ENTRIES:
        items = [_item(*entry) for entry in entries if _visible(request, entry[2])]
        groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(title: str, icon: str, label: str) -> dict[str, Any]:
    meta = apps.get_model(label)._meta  # noqa: SLF001 - Django's public API
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return {"title": title, "icon": icon, "link": link}


def _visible(request: HttpRequest, label: str) -> bool:
    from django.contrib import admin  # not yet importable when the settings import this module

    model = apps.get_model(label)
    if not admin.site.is_registered(model):
        return False
    return admin.site.get_model_admin(model).has_view_permission(request)


def logo(_request: HttpRequest) -> str:
    """Return the address of the hexagon."""
    return static("hm/favicon.svg")


def styles(_request: HttpRequest) -> str:
    """Return the address of the few rules that unfold's own settings cannot express."""
    return static("hm/unfold.css")


def script(_request: HttpRequest) -> str:
    """Return the address of the script that names the admin's search boxes for screen readers."""
    return static("hm/unfold.js")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Nexus",
    "SITE_HEADER": "Nexus",
    "SITE_SUBHEADER": "Directory and access",
    "SITE_URL": "/",
    "SITE_ICON": logo,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": logo}],
    "STYLES": [styles],
    "SCRIPTS": [script],
    "BORDER_RADIUS": "6px",
    "SHOW_BACK_BUTTON": True,
    "SIDEBAR": {"show_search": False, "command_search": True, "navigation": sidebar},
    "COLORS": {
        "base": {
            "50": "#faf9f7",
            "100": "#f3f1ee",
            "200": "#e6e2dc",
            "300": "#d3cdc5",
            "400": "#aaa399",
            "500": "#6b645c",
            "600": "#544d46",
            "700": "#3d3833",
            "800": "#2a2724",
            "900": "#1b1a18",
            "950": "#141312",
        },
        "primary": {
            "50": "#fef8e9",
            "100": "#fdf0d3",
            "200": "#fae0a4",
            "300": "#f7cd72",
            "400": "#f4bd55",
            "500": "#f2b134",
            "600": "#8a4a06",
            "700": "#7a4204",
            "800": "#623604",
            "900": "#4a2903",
            "950": "#2f1a02",
        },
        "font": {
            "subtle-light": "#5f5851",
            "subtle-dark": "#aaa399",
            "default-light": "#3d3833",
            "default-dark": "#d3cdc5",
            "important-light": "#1c1917",
            "important-dark": "#ebe7e1",
        },
    },
}
