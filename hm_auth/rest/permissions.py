"""One permission class: the view names a capability, the caller's level or scopes decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from hm_auth.access import may


def has_capability(principal: Any, capability: str) -> bool:
    """Tell whether a person (by permission level) or a module (by scopes) may do ``capability``.

    Raises KeyError for a capability nobody declared.
    """
    return may(principal, capability)


class HasCapability(BasePermission):
    """The view says ``capability = "..."``, or ``capabilities = {action or method: "..."}``.

    Several capabilities in a tuple mean any of them.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        return any(has_capability(request.user, item) for item in required(request, view))


def required(request: Request, view: Any) -> tuple[str, ...]:
    """Return what ``view`` asks for. Raises ImproperlyConfigured when it asks for nothing."""
    table: Mapping[str, str | tuple[str, ...]] = getattr(view, "capabilities", {})
    action = getattr(view, "action", None) or (request.method or "").lower()
    wanted = table.get(action, getattr(view, "capability", None))
    if wanted is None:
        raise ImproperlyConfigured(f"{type(view).__name__} names no capability for {action}.")
    return (wanted,) if isinstance(wanted, str) else wanted
