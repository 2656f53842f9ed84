"""Loading and authorising in views, in modules and in Nexus alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url

from hm_auth import permissions
from hm_auth.conf import conf

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", bound=Model)


def may(user: Any, capability: str) -> bool:
    """Tell whether ``user`` has ``capability``: a person by level, a module by its scopes.

    A principal with ``scopes`` is a module; strangers may nothing.
    Raises KeyError for a capability nobody declared.
    """
    scopes = getattr(user, "scopes", None)
    if scopes is not None:
        return permissions.SCOPES.get(capability) in {permissions.ANY_MODULE, *scopes}
    level = user.permission_level if user.is_authenticated else None
    return permissions.allows(level, capability, extra=conf.capabilities)


def requires(capability: str) -> Callable[[View], View]:
    """Let a page answer only people with ``capability``.

    Strangers are sent to the sign-in page and come back after it; others see the forbidden page.
    The capability is looked up at once: a typing mistake stops the service, not a user.
    """
    permissions.allows(None, capability, extra=conf.capabilities)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may(request.user, capability):
                return view(request, *args, **kwargs)
            if request.user.is_authenticated:
                return render(request, "hm/forbidden.html", status=403)
            return to_sign_in(request)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the sign-in page; htmx gets the header that moves the whole window."""
    partial = request.headers.get("HX-Request") == "true"
    # A fragment or a form's address is no page to come back to.
    here = request.get_full_path() if request.method == "GET" and not partial else ""
    if partial:
        here = _path_of(request.headers.get("HX-Current-URL", ""), request)
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here or '/'})}"
    if partial:
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return redirect(address)


def load_or_404(queryset: QuerySet[Row], **lookup: Any) -> Row:
    """Return the one row of ``queryset`` (already cut to what the person may see), or 404.

    What exists but may not be seen answers like what does not exist. Raises Http404.
    """
    try:
        row = queryset.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError) as error:
        raise Http404 from error
    return row


def _path_of(address: str, request: HttpRequest) -> str:
    origin = f"{request.scheme}://{request.get_host()}"
    return address.removeprefix(origin) if address.startswith(origin + "/") else ""
