"""Who is asking: the middleware of a module. (Nexus has its own.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hm_auth.answers import Caller
from hm_auth.exceptions import NexusUnavailable
from hm_auth.middleware import GetResponse
from hm_auth.models import Session, User
from hm_auth.refresh import ensure_fresh
from hm_auth.rest.documents import JSON_PREFIXES, json_problem
from hm_auth.session import caller, restored


class AuthenticationMiddleware:
    """Set ``request.user`` from the session's claims, refreshed when due, without another query.

    ``request.caller`` is what ``hm_auth.client`` wants to act for the same person; None if nobody
    is signed in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.nexus_silent = False  # type: ignore[attr-defined]
        try:
            _set_person(request, ensure_fresh(request))
        except NexusUnavailable:
            request.nexus_silent = True  # type: ignore[attr-defined]
            _set_person(request, None)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: object
    ) -> HttpResponse | None:
        """Answer 503 in place of a view that would take the person for a stranger."""
        if request.nexus_silent and not getattr(view, "works_without_nexus", False):  # type: ignore[attr-defined]
            return unavailable(request)
        return None


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that this cannot be done without Nexus, to a person or to a program."""
    if request.path.startswith(JSON_PREFIXES):
        detail = "Nexus cannot be reached at the moment. Try again shortly."
        response: HttpResponse = json_problem(request, 503, NexusUnavailable.code, detail)
    else:
        response = render(request, "hm/unavailable.html", status=503)
    response["Retry-After"] = "15"
    return response


def works_without_nexus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that is served even when a signed-in person's session cannot be refreshed."""
    view.works_without_nexus = True  # type: ignore[attr-defined]
    return view


def _set_person(request: HttpRequest, row: Session | None) -> None:
    known: Caller | None = None
    if row is None:
        request.user = AnonymousUser()
    else:
        request.user = User.from_claims(restored(row))
        known = caller(row)
    request.caller = known  # type: ignore[attr-defined]
