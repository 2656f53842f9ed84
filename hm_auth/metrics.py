"""What this process counts for Prometheus; ``/metrics`` shows it (``hm_auth.views.metrics``).

Labels have few values: a name of a view, never an address; a status, a method, a kind of event.
Used by Nexus too, so nothing here needs the models of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)

registry = CollectorRegistry()
ProcessCollector(registry=registry)
GCCollector(registry=registry)

REQUESTS = Counter(
    "hivematrix_requests", "Requests answered.", ["view", "method", "status"], registry=registry
)
SECONDS = Histogram(
    "hivematrix_request_seconds",
    "How long a request took.",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
RUNNING = Gauge("hivematrix_requests_running", "Requests being answered now.", registry=registry)
CALLS = Counter(
    "hivematrix_calls",
    "Calls to Nexus or to another module: answered, refused or unavailable.",
    ["to", "outcome"],
    registry=registry,
)
CALL_SECONDS = Histogram(
    "hivematrix_call_seconds",
    "How long Nexus or another module took to answer this one.",
    ["to"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=registry,
)
IDENTITY_EVENTS = Counter(
    "hivematrix_identity_events",
    "What happened to people's sign-ins, by the kinds of Nexus's audit trail.",
    ["kind"],
    registry=registry,
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count one answered request."""
    view = _view(request)
    method = request.method if request.method in _METHODS else "OTHER"
    REQUESTS.labels(view, method, str(response.status_code)).inc()
    SECONDS.labels(view).observe(seconds)


@contextmanager
def call(to: str) -> Iterator[None]:
    """Time one call that is answered; ``to`` is ``nexus`` or ``module``."""
    started = perf_counter()
    yield
    CALL_SECONDS.labels(to).observe(perf_counter() - started)


def _view(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route or "unnamed"
    is_static = request.path.startswith(f"/{str(settings.STATIC_URL).lstrip('/')}")
    return "static" if is_static else "none"
