"""Middleware every service uses, Nexus included: request ids, the access log, the CSP header.

The middleware that knows who is signed in to a module is in ``hm_auth.authentication``, since it
needs the app's models and Nexus has its own.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.functional import LazyObject, empty

from hm_auth import metrics
from hm_auth.rest.documents import JSON_PREFIXES
from hm_auth.service import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]

access_log = logging.getLogger("hm.access")

# Safe to write into a log line and a header of the next service.
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Give each request an id, kept when a service in front sent a sane one; log it and count it.

    The query string is left out of the log: it carries one-time codes and search words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        current = sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex
        token = request_id.current.set(current)
        request.request_id = current  # type: ignore[attr-defined]
        started = time.perf_counter()
        try:
            with metrics.RUNNING.track_inprogress():
                response = self.get_response(request)
            seconds = time.perf_counter() - started
            metrics.observe(request, response, seconds)
            _log(request, response, milliseconds=seconds * 1000)
        finally:
            request_id.current.reset(token)
        response["X-Request-ID"] = current
        return response


class ContentSecurityPolicyMiddleware:
    """Set a strict Content-Security-Policy.

    ``HM_CSP_OVERRIDES = {"/admin/": {"script-src": "'self' 'unsafe-eval'"}}`` replaces directives
    below a path; a view replaces directives of its own answer by ``response.csp = {...}``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            overrides = getattr(settings, "HM_CSP_OVERRIDES", {})
            policy = dict(POLICY)
            for prefix, directives in overrides.items():
                if request.path_info.startswith(prefix):
                    policy.update(directives)
            policy.update(getattr(response, "csp", {}))
            response["Content-Security-Policy"] = _header(policy)
        return response


POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


class NoStoreMiddleware:
    """Let no browser keep a page: after signing out, Back must not show what was signed in for.

    Pages only; static files and answers of the API say themselves how long they are good.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class MethodPageMiddleware:
    """Give people a page where Django's 405 is empty, which browsers show as a broken site.

    Somebody comes there by reloading the address of a form that was refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            isinstance(response, HttpResponseNotAllowed)
            and request.method == "GET"
            and not request.path.startswith(JSON_PREFIXES)
        ):
            response.content = render_to_string("405.html", request=request).encode()
        return response


LONGEST_PATH = 500  # of a logged path; ours are shorter, and a visitor's need not be kept


def _header(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def _log(request: HttpRequest, response: HttpResponse, *, milliseconds: float) -> None:
    fields = {
        "method": request.method,
        "path": _path(request),
        "status": response.status_code,
        "ms": round(milliseconds, 1),
        "user": _username(request),
    }
    access_log.info("%(method)s %(path)s %(status)s %(ms)s ms", fields, extra=fields)


def _path(request: HttpRequest) -> str:
    """Return the path without the token of a mailed link: who reads the log may not use it."""
    token = request.resolver_match.kwargs.get("token") if request.resolver_match else None
    path = request.path.replace(token, "***") if token else request.path
    return path[:LONGEST_PATH]


def _username(request: HttpRequest) -> str:
    """Return who asked, if the request found out; a log line is no reason for a query."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty:
        return ""
    return str(getattr(user, "username", ""))
