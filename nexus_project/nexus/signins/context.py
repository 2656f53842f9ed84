"""What the base template shows on every page of Nexus: name, menu, person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from hm_auth.addresses import start_url
from hm_auth.context import shell
from hm_auth.ui.frame import OtherModule
from nexus.modules.models import NEXUS, Module


def hm(request: HttpRequest) -> dict[str, Any]:
    """Return ``hm``; on pages drawn before anybody was recognised, without a person."""
    return {
        "hm": shell(
            request,
            modules=lambda: other_modules(request.user.permission_level),  # type: ignore[union-attr]
            account_url=reverse("account"),
        )
    }


def other_modules(level: str) -> list[OtherModule]:
    """Return the modules a person of ``level`` may open, with the link that signs them in there."""
    return [
        OtherModule(
            client_id=module.client_id,
            name=module.name,
            icon=module.icon,
            description=module.description,
            url=start_url(module.url, from_client=NEXUS),
        )
        for module in Module.objects.open_to(level).exclude(client_id=NEXUS)
    ]
