"""Who is asking, on the pages of Nexus. (The modules have their own.)"""

from __future__ import annotations

from django.contrib.auth import middleware
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from nexus.signins.browser import person_of, recognise
from nexus.signins.models import SignIn


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """Set ``request.user`` and ``request.sign_in`` (falsy for a stranger), looked up at first use.

    A caller of the API with a bearer token never causes the look-up.
    """

    def process_request(self, request: HttpRequest) -> None:
        found: list[SignIn | None] = []

        def once() -> SignIn | None:
            if not found:
                found.append(recognise(request))
            return found[0]

        request.sign_in = SimpleLazyObject(once)  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(lambda: person_of(once()))  # type: ignore[assignment]
