"""What the base template shows on every page of Nexus: name, menu, person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from hm_auth.addresses import start_url
from hm_auth.context import navigation
from nexus.modules.models import NEXUS, Module


def hm(request: HttpRequest) -> dict[str, Any]:
    """Return ``hm``; on pages drawn before anybody was recognised, without a person."""
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "hm": {
            "service_name": settings.SERVICE_NAME,
            "service_icon": settings.SERVICE_ICON,
            "user": user,
            "nav": navigation(request) if signed_in else [],
            # The admin renders dozens of templates and shows no modules: looked up when drawn.
            "modules": SimpleLazyObject(
                lambda: other_modules(user.permission_level) if signed_in else []
            ),
            "account_url": reverse("account") if signed_in else "",
        }
    }


def other_modules(level: str) -> list[dict[str, str]]:
    """Return the modules a person of ``level`` may open, with the link that signs them in there."""
    return [
        {
            "client_id": module.client_id,
            "name": module.name,
            "icon": module.icon,
            "description": module.description,
            "url": start_url(module.url, from_client=NEXUS),
        }
        for module in Module.objects.open_to(level).exclude(client_id=NEXUS)
    ]
